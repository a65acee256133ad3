package rpc_test

import (
	"context"
	"log/slog"
	"testing"

	"google.golang.org/grpc"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/rpc"
)

// BenchmarkCall is a call with an answer of a line, through the whole chain.
func BenchmarkCall(b *testing.B) {
	cfg := rpc.DefaultConfig()
	cfg.Listen.Addr = "127.0.0.1:0"
	s, err := rpc.NewServer(cfg, rpc.Options{Auth: auth, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	stopAtEnd(b, s)
	reg := &registry{get: func(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		return &contractv1.Provider{Name: in.GetName(), Title: "A provider"}, nil
	}}
	if err := s.Register(rpc.Hosted{Service: "billing", Desc: &contractv1.RegistryService_ServiceDesc, Impl: reg}); err != nil {
		b.Fatal(err)
	}
	if err := s.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	d := rpc.NewDirectory(nil)
	defer d.Close()
	if err := d.Remote("billing", s.Addr().String(), ""); err != nil {
		b.Fatal(err)
	}
	for name, cc := range map[string]grpc.ClientConnInterface{"in process": s.Conn("billing"), "tcp": d.Public("billing")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			c, ctx := contractv1.NewRegistryServiceClient(cc), as(b.Context(), "admin")
			for b.Loop() {
				if _, err := c.GetProvider(ctx, getP); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
