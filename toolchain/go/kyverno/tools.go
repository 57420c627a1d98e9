//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import (
	_ "github.com/kyverno/api/api/policies.kyverno.io"
	_ "github.com/kyverno/kyverno/cmd/kyverno"
)
