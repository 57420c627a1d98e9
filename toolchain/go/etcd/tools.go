//go:build tools

// Package tools keeps the commands Strata builds in the module graph.
package tools

import (
	_ "go.etcd.io/etcd/etcdctl/v3"
	_ "go.etcd.io/etcd/server/v3"
)
