// Package process puts together what every process of the suite has: its log,
// its credentials, the directory of services, Redis or its twins, the gRPC
// server and the operations endpoints. A process adds the services that it runs.
package process

import (
	"path/filepath"
	"strings"

	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/ops"
	"cloudpact.dev/services/kit/redisx"
	"cloudpact.dev/services/kit/rpc"
)

// Services are the suite's, in the order of their mention everywhere.
var Services = []string{"billing", "sla", "compliance", "token"}

// Config is the configuration that all processes share.
type Config struct {
	Data     string        `koanf:"data" doc:"folder of everything that is kept"`
	Tokens   string        `koanf:"tokens" doc:"file of credentials; empty means tokens.yaml in the data folder"`
	Log      string        `koanf:"log" doc:"least level that is logged: debug, info, warn or error"`
	Database Database      `koanf:"database" doc:"where the services keep their data"`
	GRPC     rpc.Config    `koanf:"grpc" doc:"the gRPC server"`
	Ops      ops.Config    `koanf:"ops" doc:"health, metrics and profiles"`
	Redis    redisx.Config `koanf:"redis" doc:"what may be lost: wake-ups, rate limits, leases"`
	Peers    Peers         `koanf:"peers" doc:"where the services are that this process does not run"`
}

// Database says where the services of a process keep their data.
type Database struct {
	Driver string `koanf:"driver" doc:"sqlite (a file per service in the data folder) or postgres"`
	DSN    string `koanf:"dsn" doc:"for postgres: its URL, {service} stands for the service's name; for sqlite empty"`
}

// Peers are the addresses of services elsewhere.
type Peers struct {
	Billing    Peer `koanf:"billing" doc:"the billing service"`
	Sla        Peer `koanf:"sla" doc:"the sla service"`
	Compliance Peer `koanf:"compliance" doc:"the compliance service"`
	Token      Peer `koanf:"token" doc:"the token service"`
}

// Peer is one service elsewhere.
type Peer struct {
	Addr string `koanf:"addr" doc:"host:port of its gRPC server"`
	CA   string `koanf:"ca" doc:"file with the certificate authority in PEM, for another host than this one"`
}

// of gives a service's address by name.
func (p Peers) of(service string) Peer {
	return map[string]Peer{"billing": p.Billing, "sla": p.Sla, "compliance": p.Compliance, "token": p.Token}[service]
}

// Default is a process on the suite's default addresses with SQLite and without
// Redis.
func Default() Config {
	return Config{
		Data: ".cloudpact", Log: "info",
		Database: Database{Driver: string(db.SQLite)},
		GRPC:     rpc.DefaultConfig(), Ops: ops.DefaultConfig(),
	}
}

// TokenFile is the path of the file of credentials.
func (c Config) TokenFile() string {
	if c.Tokens != "" {
		return c.Tokens
	}
	return filepath.Join(c.Data, "tokens.yaml")
}

// Host is the configuration of one service's host.
func (c Config) Host(service string) host.Config {
	dsn := strings.ReplaceAll(c.Database.DSN, "{service}", service)
	if c.Database.Driver != string(db.Postgres) && dsn == "" {
		dsn = filepath.Join(c.Data, service+".db")
	}
	return host.Config{Database: db.Config{Driver: c.Database.Driver, DSN: dsn}}
}
