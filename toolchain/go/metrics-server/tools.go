//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import _ "sigs.k8s.io/metrics-server/cmd/metrics-server"
