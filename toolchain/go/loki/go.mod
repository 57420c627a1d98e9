module strata.invalid/toolchain/loki

go 1.26.0

require github.com/grafana/loki/v3 v3.7.8
