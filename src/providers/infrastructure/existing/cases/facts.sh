printf 'system=%s\n' "$(uname -s)"
printf 'cpus=%s\n' "$(getconf _NPROCESSORS_ONLN)"
printf 'memoryKi=%s\n' "$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)"
printf 'cgroup=%s\n' "$(stat -fc %T /sys/fs/cgroup)"
