// Command sla runs the sla service by itself; the others run elsewhere.
package main

import (
	"go.uber.org/fx"

	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/sla"
)

func main() {
	process.Main("sla", process.Default(), func(c process.Config) fx.Option {
		return fx.Options(process.Module(c, "sla"), fx.Supply(sla.Config{Host: c.Host("sla")}), sla.Module, rpc.Serve)
	})
}
