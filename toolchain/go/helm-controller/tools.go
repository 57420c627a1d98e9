//go:build tools

// Package tools keeps the APIs whose CRDs Strata generates in the module graph.
package tools

// helm-controller itself is not built here: only the kinds it reads are needed.
import _ "github.com/fluxcd/helm-controller/api/v2"
