//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import _ "helm.sh/helm/v4/cmd/helm"
