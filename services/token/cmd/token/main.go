// Command token runs the token service by itself.
package main

import (
	"go.uber.org/fx"

	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/token"
)

// config is a process's configuration with the service's.
type config struct {
	process.Config `koanf:",squash"`
	Token          token.Config `koanf:"token"`
}

func main() {
	process.Main("token", config{Config: process.Default()}, func(c config) fx.Option {
		c.Token.Host = c.Host("token")
		return fx.Options(process.Module(c.Config, "token"), fx.Supply(c.Token), token.Module, rpc.Serve)
	})
}
