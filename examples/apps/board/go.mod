module strata.local/apps/board

go 1.22
