// Command billing runs the billing service; the others run elsewhere.
package main

import (
	"go.uber.org/fx"

	"cloudpact.dev/services/billing"
	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/rpc"
)

func main() {
	process.Main("billing", process.Default(), func(c process.Config) fx.Option {
		return fx.Options(process.Module(c, "billing"), fx.Supply(billing.Config{Host: c.Host("billing")}), billing.Module, rpc.Serve)
	})
}
