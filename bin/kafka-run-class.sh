#!/usr/bin/env bash
# The part of Kafka's script of this name that started these tools: kafka-run-class.sh [-daemon] kafka.tools.MirrorMaker ARGS
set -euo pipefail

home=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
tain=$home/tain
[ -x "$tain" ] || tain=$home/bin/tain

daemon=no
name=mirror-maker
while [ $# -gt 0 ]; do
    case $1 in
        -daemon) daemon=yes && shift ;;
        -name) name=${2-$name} && shift 2 ;;
        -loggc) echo "warning: -loggc has no effect; set KAFKA_OPTS=-Xlog:gc" >&2 && shift ;;
        *) break ;;
    esac
done

case ${1-} in
    kafka.tools.MirrorMaker) command=mirror-maker && shift ;;
    kafka.tools.ConsumerOffsetChecker) command=consumer-offset-checker && shift ;;
    '')
        echo "usage: $0 [-daemon] [-name NAME] kafka.tools.MirrorMaker [ARGUMENT...]" >&2
        exit 1
        ;;
    *)
        echo "error: class $1 is not part of Tain; those that are: kafka.tools.MirrorMaker, kafka.tools.ConsumerOffsetChecker" >&2
        exit 1
        ;;
esac

if [ "$daemon" = yes ]; then
    log_dir=${LOG_DIR:-$home/logs}
    mkdir -p "$log_dir"
    output=${CONSOLE_OUTPUT_FILE:-$log_dir/$name.out}
    nohup "$tain" "$command" "$@" >"$output" 2>&1 </dev/null &
    echo "started as process $!; its output goes to $output" >&2
else
    exec "$tain" "$command" "$@"
fi
