// Package listen opens the suite's listeners under one rule: a listener stays
// on the machine's own address, or it speaks TLS and knows its callers by a
// real issuer. Anything else is refused before a socket is opened.
package listen

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
)

// Config says where a listener stands.
type Config struct {
	Addr   string `koanf:"addr" doc:"host:port; another host than the machine's own (127.0.0.1, ::1, localhost) needs cert, key and issuer"`
	Cert   string `koanf:"cert" doc:"file with the TLS certificate chain in PEM"`
	Key    string `koanf:"key" doc:"file with the TLS private key in PEM"`
	Issuer string `koanf:"issuer" doc:"file that names the issuer of bearer tokens and its public keys"`
}

// Loopback tells whether addr ("host:port") stays on this machine. An empty
// host means every interface, so it does not.
func Loopback(addr string) (bool, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false, fmt.Errorf("address %q is not host:port: %w", addr, err)
	}
	if host == "localhost" {
		return true, nil
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback(), nil
}

// Check refuses a configuration that would show the suite to others without
// TLS and an issuer. An empty address is no listener and is fine.
func (c Config) Check() error {
	if (c.Cert == "") != (c.Key == "") {
		return fmt.Errorf("listener %s: cert and key belong together; set both or neither", c.Addr)
	}
	if c.Addr == "" {
		return nil
	}
	local, err := Loopback(c.Addr)
	if err != nil || local {
		return err
	}
	if c.Cert == "" || c.Issuer == "" {
		return fmt.Errorf("refusing to listen on %s: an address that others can reach needs TLS (cert, key) "+
			"and a token issuer (issuer); use 127.0.0.1, or configure all three", c.Addr)
	}
	return nil
}

// TLS gives the server's TLS settings, nil where none are configured.
func (c Config) TLS() (*tls.Config, error) {
	if c.Cert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, fmt.Errorf("listener %s: %w", c.Addr, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// TCP checks the configuration and opens the listener, without TLS: gRPC and
// HTTP servers add it from TLS themselves.
func TCP(ctx context.Context, c Config) (net.Listener, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", c.Addr)
}
