#!/usr/bin/env bash
# ConsumerOffsetChecker's script, by its old name and with its old arguments: runs Tain.
script=$(readlink -f "${BASH_SOURCE[0]}")
exec "$(dirname "$script")/kafka-run-class.sh" kafka.tools.ConsumerOffsetChecker "$@"
