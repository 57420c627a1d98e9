//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import _ "github.com/argoproj/argo-cd/v3/cmd"
