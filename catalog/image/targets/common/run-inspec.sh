#!/bin/sh
# Checks that fail (100) or are skipped (101) are results, not an error of the build; what they mean is judged afterwards.
"${STRATA_RUNNER:-inspec}" "$@"
code=$?
case $code in 100 | 101) exit 0 ;; *) exit $code ;; esac
