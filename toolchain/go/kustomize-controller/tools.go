//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import (
	_ "github.com/fluxcd/kustomize-controller"
	// The API whose CRDs are generated: kustomize-controller watches them.
	_ "github.com/fluxcd/source-controller/api/v1"
)
