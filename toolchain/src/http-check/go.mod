module strata.dev/http-check

go 1.26
