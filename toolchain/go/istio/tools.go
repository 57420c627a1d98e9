//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import _ "istio.io/istio/pilot/cmd/pilot-discovery"
