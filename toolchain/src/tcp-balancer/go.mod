module strata.invalid/tcp-balancer

go 1.26.0
