package rpc_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/listen"
	"cloudpact.dev/services/kit/rpc"
)

// named answers with the name of its owner.
type named struct {
	longrunningpb.UnimplementedOperationsServer
	owner string
}

func (n named) GetOperation(context.Context, *longrunningpb.GetOperationRequest) (*longrunningpb.Operation, error) {
	return &longrunningpb.Operation{Name: n.owner}, nil
}

func TestServicesThatShareAGRPCService(t *testing.T) {
	var two []rpc.Hosted
	for _, owner := range []string{"billing", "sla"} {
		two = append(two, rpc.Hosted{
			Service: owner, Desc: &longrunningpb.Operations_ServiceDesc, Impl: named{owner: owner},
			Access: everywhere(typev1.Role_ROLE_ADMIN, ""),
		})
	}
	r := newRig(t, two...)
	cc, err := grpc.NewClient(r.server.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer cc.Close()
	d := rpc.NewDirectory(func() string { return "admin" })
	defer d.Close()
	if err := d.Remote("sla", r.server.Addr().String(), ""); err != nil {
		t.Fatal(err)
	}
	ask := func(cc grpc.ClientConnInterface, name string, md ...string) (string, error) {
		ctx := metadata.AppendToOutgoingContext(as(t.Context(), "admin"), md...)
		out, err := longrunningpb.NewOperationsClient(cc).GetOperation(ctx, &longrunningpb.GetOperationRequest{Name: name})
		return out.GetName(), err
	}
	for _, c := range []struct {
		cc   grpc.ClientConnInterface
		name string
		md   []string
		want string
	}{
		{r.server.Conn("billing"), "x", nil, "billing"},
		{r.server.Conn("sla"), "x", nil, "sla"},
		{r.server.Conn(""), "operations/sla/1", nil, "sla"},
		{cc, "operations/billing/1", nil, "billing"},
		{cc, "operations/sla/1", nil, "sla"},
		{cc, "x", []string{rpc.HeaderService, "billing"}, "billing"},
		{d.Peer("sla"), "x", nil, "sla"},
	} {
		if got, err := ask(c.cc, c.name, c.md...); err != nil || got != c.want {
			t.Errorf("%s %v: %q %v, want %q", c.name, c.md, got, err, c.want)
		}
	}
	if _, err := ask(cc, "operations/token/1"); status.Code(err) != codes.Unimplemented {
		t.Error(err)
	}
}

func TestRegisterTwiceIsRefused(t *testing.T) {
	r := newRig(t)
	if err := r.server.Register(rpc.Hosted{}); err == nil || !strings.Contains(err.Error(), "before the server starts") {
		t.Error(err)
	}
	cfg := rpc.DefaultConfig()
	cfg.Listen.Addr = ""
	s, err := rpc.NewServer(cfg, rpc.Options{Auth: auth})
	if err != nil {
		t.Fatal(err)
	}
	stopAtEnd(t, s)
	h := rpc.Hosted{Service: "billing", Desc: &contractv1.RegistryService_ServiceDesc, Impl: &registry{}}
	if err := s.Register(h, h); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Error(err)
	}
}

func TestHealthAndOpenAddresses(t *testing.T) {
	r := newRig(t)
	cc, err := grpc.NewClient(r.server.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer cc.Close()
	out, err := healthv1.NewHealthClient(cc).Check(t.Context(), &healthv1.HealthCheckRequest{Service: "cloudpact.contract.v1.RegistryService"})
	if err != nil || out.GetStatus() != healthv1.HealthCheckResponse_SERVING {
		t.Error(out, err)
	}
	cfg := rpc.DefaultConfig()
	cfg.Listen.Addr = "0.0.0.0:0"
	if _, err := rpc.NewServer(cfg, rpc.Options{Auth: auth}); err == nil || !strings.Contains(err.Error(), "refusing to listen") {
		t.Error(err)
	}
	d := rpc.NewDirectory(nil)
	if err := d.Remote("sla", "10.0.0.1:8081", ""); err == nil || !strings.Contains(err.Error(), "in clear") {
		t.Error(err)
	}
}

// certificate writes a self-signed certificate and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, pub, priv)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalPKCS8PrivateKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, typ string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", k)
}

func TestTLS(t *testing.T) {
	cert, key := certificate(t)
	cfg := rpc.DefaultConfig()
	cfg.Listen = listen.Config{Addr: "127.0.0.1:0", Cert: cert, Key: key, Issuer: "issuer.yaml"}
	s, err := rpc.NewServer(cfg, rpc.Options{Auth: auth})
	if err != nil {
		t.Fatal(err)
	}
	stopAtEnd(t, s)
	reg := &registry{get: func(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		return &contractv1.Provider{Name: in.GetName()}, nil
	}}
	if err := s.Register(rpc.Hosted{Service: "billing", Desc: &contractv1.RegistryService_ServiceDesc, Impl: reg}); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := rpc.NewDirectory(func() string { return "service" })
	defer d.Close()
	if err := d.Remote("billing", s.Addr().String(), cert); err != nil {
		t.Fatal(err)
	}
	if err := d.Remote("clear", s.Addr().String(), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := contractv1.NewRegistryServiceClient(d.Peer("billing")).GetProvider(t.Context(), getP); err != nil {
		t.Error(err)
	}
	if _, err := contractv1.NewRegistryServiceClient(d.Peer("clear")).GetProvider(t.Context(), getP); err == nil {
		t.Error("a clear call to a TLS listener was answered")
	}
	if _, err := contractv1.NewRegistryServiceClient(s.Conn("billing")).GetProvider(as(t.Context(), "admin"), getP); err != nil {
		t.Errorf("in process: %v", err)
	}
}

func TestDirectory(t *testing.T) {
	r := newRig(t)
	var who []string
	r.reg.get = func(ctx context.Context, _ *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		who = append(who, rpc.FromContext(ctx).Subject)
		return &contractv1.Provider{}, nil
	}
	d := rpc.NewDirectory(func() string { return "service" })
	peer, public := contractv1.NewRegistryServiceClient(d.Peer("billing")), contractv1.NewRegistryServiceClient(d.Public("billing"))
	ctx := as(t.Context(), "operator")
	_, err := peer.GetProvider(ctx, getP)
	refused(t, err, codes.Unavailable, fault.ReasonUnavailable)
	if !rpc.Unreachable(err) {
		t.Error("a service that is not there is not unreachable")
	}
	d.Local(r.server, "billing")
	for _, c := range []contractv1.RegistryServiceClient{peer, public} {
		if _, err := c.GetProvider(ctx, getP); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Join(who, " ") != "peer oz" || !d.InProcess("billing") || d.InProcess("sla") || len(d.Services()) != 1 {
		t.Error(who, d.Services())
	}
}

// Stop lets running calls finish.
func TestStopDrains(t *testing.T) {
	cfg := rpc.DefaultConfig()
	cfg.Listen.Addr = "127.0.0.1:0"
	s, err := rpc.NewServer(cfg, rpc.Options{Auth: auth})
	if err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	reg := &registry{get: func(context.Context, *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		close(entered)
		<-leave
		return &contractv1.Provider{}, nil
	}}
	if err := s.Register(rpc.Hosted{Service: "billing", Desc: &contractv1.RegistryService_ServiceDesc, Impl: reg}); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := rpc.NewDirectory(nil)
	defer d.Close()
	if err := d.Remote("billing", s.Addr().String(), ""); err != nil {
		t.Fatal(err)
	}
	answered, stopped := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := contractv1.NewRegistryServiceClient(d.Public("billing")).GetProvider(as(context.Background(), "admin"), getP)
		answered <- err
	}()
	<-entered
	go func() { stopped <- s.Stop(context.Background()) }()
	close(leave)
	if err := <-answered; err != nil {
		t.Error(err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
