//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import _ "github.com/elastic/cloud-on-k8s/v3/cmd"
