package rpc_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// registry is a fake service whose methods do what each test wants.
type registry struct {
	contractv1.UnimplementedRegistryServiceServer
	get    func(context.Context, *contractv1.GetProviderRequest) (*contractv1.Provider, error)
	create func(context.Context, *contractv1.CreateCustomerRequest) (*contractv1.Customer, error)
	list   func(context.Context, *contractv1.ListCustomersRequest) (*contractv1.ListCustomersResponse, error)
	update func(context.Context, *contractv1.UpdateCustomerRequest) (*contractv1.Customer, error)
}

func (r *registry) GetProvider(ctx context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
	return r.get(ctx, in)
}

func (r *registry) CreateCustomer(ctx context.Context, in *contractv1.CreateCustomerRequest) (*contractv1.Customer, error) {
	return r.create(ctx, in)
}

func (r *registry) ListCustomers(ctx context.Context, in *contractv1.ListCustomersRequest) (*contractv1.ListCustomersResponse, error) {
	return r.list(ctx, in)
}

func (r *registry) UpdateCustomer(ctx context.Context, in *contractv1.UpdateCustomerRequest) (*contractv1.Customer, error) {
	return r.update(ctx, in)
}

// changes is a fake service with a stream.
type changes struct {
	tokenv1.UnimplementedChangeServiceServer
	watch func(*tokenv1.WatchChangesRequest, grpc.ServerStreamingServer[tokenv1.WatchChangesResponse]) error
}

func (c *changes) WatchChanges(in *tokenv1.WatchChangesRequest, s grpc.ServerStreamingServer[tokenv1.WatchChangesResponse]) error {
	return c.watch(in, s)
}

// people are the principals of the tests, by token.
var people = map[string]rpc.Principal{
	"admin":     {Subject: "ada", Roles: []string{rpc.RoleAdmin}},
	"operator":  {Subject: "oz", Roles: []string{rpc.RoleOperator}},
	"operatorP": {Subject: "olga", Roles: []string{rpc.RoleOperator}, Provider: "p"},
	"auditorP":  {Subject: "al", Roles: []string{rpc.RoleAuditor}, Provider: "p"},
	"customer":  {Subject: "cy", Roles: []string{rpc.RoleCustomer}, Provider: "p", Customer: "acme"},
	"service":   {Subject: "peer", Roles: []string{rpc.RoleService}},
}

var auth = rpc.AuthFunc(func(_ context.Context, token string) (rpc.Principal, error) {
	if p, ok := people[token]; ok {
		return p, nil
	}
	return rpc.Principal{}, fault.Unauthenticated("who?")
})

type rig struct {
	server  *rpc.Server
	metrics *prometheus.Registry
	logs    *logs
	reg     *registry
	changes *changes
}

// newRig makes a server with the two fakes, on TCP too, and starts it.
func newRig(t *testing.T, more ...rpc.Hosted) *rig {
	t.Helper()
	r := &rig{metrics: prometheus.NewRegistry(), logs: &logs{}, reg: &registry{}, changes: &changes{}}
	cfg := rpc.DefaultConfig()
	cfg.Listen.Addr = "127.0.0.1:0"
	var err error
	r.server, err = rpc.NewServer(cfg, rpc.Options{Auth: auth, Metrics: r.metrics, Log: slog.New(slog.NewTextHandler(r.logs, nil))})
	if err != nil {
		t.Fatal(err)
	}
	stopAtEnd(t, r.server)
	hosted := append([]rpc.Hosted{
		{Service: "billing", Desc: &contractv1.RegistryService_ServiceDesc, Impl: r.reg},
		{Service: "token", Desc: &tokenv1.ChangeService_ServiceDesc, Impl: r.changes},
	}, more...)
	if err := r.server.Register(hosted...); err != nil {
		t.Fatal(err)
	}
	if err := r.server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// stopAtEnd stops the server with the test.
func stopAtEnd(t testing.TB, s *rpc.Server) {
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// ways runs the test for each way to reach the server.
func (r *rig) ways(t *testing.T, fn func(t *testing.T, billing, token grpc.ClientConnInterface)) {
	t.Run("in process", func(t *testing.T) { fn(t, r.server.Conn("billing"), r.server.Conn("token")) })
	t.Run("in process, any service", func(t *testing.T) { fn(t, r.server.Conn(""), r.server.Conn("")) })
	t.Run("tcp", func(t *testing.T) {
		d := rpc.NewDirectory(nil)
		t.Cleanup(func() { d.Close() })
		for _, s := range []string{"billing", "token"} {
			if err := d.Remote(s, r.server.Addr().String(), ""); err != nil {
				t.Fatal(err)
			}
		}
		fn(t, d.Public("billing"), d.Public("token"))
	})
}

func as(ctx context.Context, who string) context.Context { return rpc.WithToken(ctx, who) }

// refused checks that err is a fault of the code and reason.
func refused(t *testing.T, err error, code codes.Code, reason string) {
	t.Helper()
	if f := refusal(t, err, code, reason); f.Message == "" {
		t.Errorf("%s without words", reason)
	}
}

// refusal is refused for those who look at the details.
func refusal(t *testing.T, err error, code codes.Code, reason string) *fault.Fault {
	t.Helper()
	f := fault.FromStatus(err)
	if f == nil || f.Code != code || f.Reason != reason {
		t.Fatalf("got %v, want %s %s", err, code, reason)
	}
	return f
}
