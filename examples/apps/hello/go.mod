module strata.local/apps/hello

go 1.22
