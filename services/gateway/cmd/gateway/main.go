// Command gateway offers the suite's API as JSON; the services run elsewhere.
package main

import (
	"cloudpact.dev/services/gateway"
	"cloudpact.dev/services/kit/process"
	"go.uber.org/fx"
)

// config is a process's configuration with the gateway's.
type config struct {
	process.Config `koanf:",squash"`
	Gateway        gateway.Config `koanf:"gateway"`
}

func main() {
	defaults := config{Config: process.Default(), Gateway: gateway.DefaultConfig()}
	defaults.GRPC.Listen.Addr = "" // it serves no gRPC
	process.Main("gateway", defaults, func(c config) fx.Option {
		return fx.Options(process.Module(c.Config), fx.Supply(c.Gateway), gateway.Module)
	})
}
