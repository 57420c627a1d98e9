module strata.invalid/toolchain/metrics-server

go 1.26.0

require sigs.k8s.io/metrics-server v0.9.0
