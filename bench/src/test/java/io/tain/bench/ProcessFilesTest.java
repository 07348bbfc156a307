package io.tain.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessFilesTest {
    @Test
    void shouldAddUserAndSystemTime() {
        String stat = "4711 (java) S 1 4711 4711 0 -1 1077936128 9000 0 3 0 1234 66 7 8 20 0 30 0 100 5000 100 1844\n";

        assertThat(ProcessFiles.cpuSecondsOf(stat)).isEqualTo(13.0);
    }

    @Test
    void shouldNotStumbleOverTheNameOfTheProcess() {
        String stat = "4711 (a ) (b) c) S 1 4711 4711 0 -1 1077936128 9000 0 3 0 100 50 7 8 20 0 30 0 100 5000\n";

        assertThat(ProcessFiles.cpuSecondsOf(stat)).isEqualTo(1.5);
    }

    @Test
    void shouldReadThePeak() {
        assertThat(ProcessFiles.peakMebibytesOf("Name:\tjava\nVmPeak:\t 9999 kB\nVmHWM:\t  163840 kB\nVmRSS:\t 1 kB\n"))
                .isEqualTo(160);
        assertThatThrownBy(() -> ProcessFiles.peakMebibytesOf("Name:\tkthreadd\n"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldReadThisProcess() {
        long pid = ProcessHandle.current().pid();

        assertThat(ProcessFiles.cpuSeconds(pid)).isPositive();
        assertThat(ProcessFiles.peakMebibytes(pid)).isBetween(10.0, 10_000.0);
    }
}
