// Package demo carries the demo contract: a scenario in six parts.
package demo

import "embed"

// FS holds demo.yaml and the parts that it includes.
//
//go:embed *.yaml
var FS embed.FS
