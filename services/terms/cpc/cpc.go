// Package cpc embeds the folder of the SmartCLOUD terms.
package cpc

import "embed"

// FS holds the folder: *.yaml, clauses/ and readings/.
//
//go:embed *.yaml clauses/*.yaml readings/*.yaml
var FS embed.FS
