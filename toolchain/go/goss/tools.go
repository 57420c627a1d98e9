//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import (
	_ "github.com/goss-org/goss/cmd/goss"
)
