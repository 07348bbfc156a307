/** JMH measurements of the parts of the mirror that only compute: {@code ./tain bench --micro}. */
package io.tain.bench.micro;
