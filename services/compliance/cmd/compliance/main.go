// Command compliance runs the service of duties, papers, custody and
// enforcement by itself.
package main

import (
	"go.uber.org/fx"

	"cloudpact.dev/services/compliance"
	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/rpc"
)

func main() {
	process.Main("compliance", process.Default(), func(c process.Config) fx.Option {
		return fx.Options(process.Module(c, "compliance"),
			fx.Supply(compliance.Config{Host: c.Host("compliance")}), compliance.Module, rpc.Serve)
	})
}
