package rpc_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/rpc"
)

func TestRolesAndScopes(t *testing.T) {
	r := newRig(t)
	r.reg.get = func(ctx context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		return &contractv1.Provider{Name: in.GetName(), Title: rpc.FromContext(ctx).Subject}, nil
	}
	r.reg.list = func(_ context.Context, in *contractv1.ListCustomersRequest) (*contractv1.ListCustomersResponse, error) {
		return &contractv1.ListCustomersResponse{NextPageToken: in.GetParent()}, nil
	}
	r.reg.update = func(_ context.Context, in *contractv1.UpdateCustomerRequest) (*contractv1.Customer, error) {
		return in.GetCustomer(), nil
	}
	get := func(name string) func(context.Context, contractv1.RegistryServiceClient) (string, error) {
		return func(ctx context.Context, c contractv1.RegistryServiceClient) (string, error) {
			out, err := c.GetProvider(ctx, &contractv1.GetProviderRequest{Name: name})
			return out.GetTitle(), err
		}
	}
	list := func(parent string) func(context.Context, contractv1.RegistryServiceClient) (string, error) {
		return func(ctx context.Context, c contractv1.RegistryServiceClient) (string, error) {
			out, err := c.ListCustomers(ctx, &contractv1.ListCustomersRequest{Parent: parent})
			return out.GetNextPageToken(), err
		}
	}
	update := func(name string) func(context.Context, contractv1.RegistryServiceClient) (string, error) {
		return func(ctx context.Context, c contractv1.RegistryServiceClient) (string, error) {
			out, err := c.UpdateCustomer(ctx, &contractv1.UpdateCustomerRequest{Customer: &contractv1.Customer{Name: name}})
			return out.GetName(), err
		}
	}
	for _, c := range []struct {
		who    string
		call   func(context.Context, contractv1.RegistryServiceClient) (string, error)
		want   string
		code   codes.Code
		reason string
	}{
		{"", get("providers/p"), "", codes.Unauthenticated, fault.ReasonUnauthenticated},
		{"nobody", get("providers/p"), "", codes.Unauthenticated, fault.ReasonUnauthenticated},
		{"admin", get("providers/p"), "ada", 0, ""},
		{"customer", get("providers/p"), "", codes.PermissionDenied, fault.ReasonRoleRequired},
		{"operatorP", get("providers/p"), "olga", 0, ""},
		{"operatorP", get("providers/other"), "", codes.NotFound, fault.ReasonNotFound},
		{"operatorP", get("providers/-"), "", codes.NotFound, fault.ReasonNotFound},
		{"operatorP", get("providers"), "", codes.NotFound, fault.ReasonNotFound},
		{"operatorP", get(""), "", codes.InvalidArgument, fault.ReasonFieldInvalid},
		{"operator", get(""), "", codes.InvalidArgument, fault.ReasonFieldInvalid},
		{"operator", get("providers/other"), "oz", 0, ""},
		{"operator", list("providers/-"), "providers/-", 0, ""},
		{"auditorP", list("providers/-"), "providers/p", 0, ""},
		{"auditorP", list("providers/other"), "", codes.NotFound, fault.ReasonNotFound},
		{"operatorP", update("providers/p/customers/c"), "providers/p/customers/c", 0, ""},
		{"operatorP", update("providers/other/customers/c"), "", codes.NotFound, fault.ReasonNotFound},
		{"operatorP", update(""), "", codes.InvalidArgument, fault.ReasonFieldInvalid},
	} {
		ctx := t.Context()
		if c.who != "" {
			ctx = as(ctx, c.who)
		}
		got, err := c.call(ctx, contractv1.NewRegistryServiceClient(r.server.Conn("billing")))
		if c.reason != "" {
			refused(t, err, c.code, c.reason)
		} else if err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", c.who, got, err, c.want)
		}
	}
}

// A customer sees what is its own and what its provider shows to all.
func TestCustomerScope(t *testing.T) {
	r := newRig(t, rpc.Hosted{Service: "h", Desc: &longrunningpb.Operations_ServiceDesc, Impl: &operations{}, Access: everywhere(typev1.Role_ROLE_CUSTOMER, "name")})
	c := longrunningpb.NewOperationsClient(r.server.Conn("h"))
	for name, seen := range map[string]bool{
		"providers/p/customers/acme":            true,
		"providers/p/customers/acme/invoices/1": true,
		"providers/p/terms/cpc":                 true,
		"providers/p":                           true,
		"calendars/HK":                          true,
		"providers/p/customers/other":           false,
		"providers/p/customers/-":               false,
		"providers/p/customers":                 false,
		"providers/q/customers/acme":            false,
		"providers/q":                           false,
	} {
		_, err := c.GetOperation(as(t.Context(), "customer"), &longrunningpb.GetOperationRequest{Name: name})
		if seen && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !seen {
			refused(t, err, codes.NotFound, fault.ReasonNotFound)
		}
	}
}

type operations struct {
	longrunningpb.UnimplementedOperationsServer
}

func (*operations) GetOperation(context.Context, *longrunningpb.GetOperationRequest) (*longrunningpb.Operation, error) {
	return &longrunningpb.Operation{}, nil
}

func TestMethodsWithoutAccessAreRefused(t *testing.T) {
	for _, c := range []struct {
		access map[string]*typev1.Access
		want   string
	}{
		{nil, "no option (cloudpact.type.v1.access)"},
		{map[string]*typev1.Access{"ListOperations": {}}, "no option"},
		{map[string]*typev1.Access{"ListOperations": {Roles: []typev1.Role{typev1.Role_ROLE_UNSPECIFIED}}}, "ROLE_UNSPECIFIED"},
		{map[string]*typev1.Access{"ListOperations": {Roles: []typev1.Role{typev1.Role_ROLE_ADMIN}, Resource: "nothing"}}, "no usable field"},
		{map[string]*typev1.Access{"ListOperations": {Roles: []typev1.Role{typev1.Role_ROLE_ADMIN}, Resource: "name.x"}}, "no message"},
	} {
		cfg := rpc.DefaultConfig()
		cfg.Listen.Addr = ""
		s, err := rpc.NewServer(cfg, rpc.Options{Auth: auth})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Register(rpc.Hosted{Service: "h", Desc: &longrunningpb.Operations_ServiceDesc, Impl: &operations{}, Access: c.access})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestRequestIdentity(t *testing.T) {
	r := newRig(t)
	var got commit.Request
	var has bool
	r.reg.create = func(ctx context.Context, in *contractv1.CreateCustomerRequest) (*contractv1.Customer, error) {
		got, has = commit.RequestFrom(ctx)
		if in.GetRequestId() == "" && has {
			t.Error("an identity without a request_id")
		}
		return &contractv1.Customer{}, nil
	}
	r.ways(t, func(t *testing.T, billing, _ grpc.ClientConnInterface) {
		c := contractv1.NewRegistryServiceClient(billing)
		call := func(who, id, customer string) commit.Request {
			t.Helper()
			_, err := c.CreateCustomer(as(t.Context(), who), &contractv1.CreateCustomerRequest{
				Parent: "providers/p", CustomerId: customer, Customer: &contractv1.Customer{Title: "A"}, RequestId: id,
			})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		a := call("operatorP", "id-1", "a")
		if again := call("operatorP", "id-2", "a"); again.Scope != a.Scope || string(again.Hash) != string(a.Hash) || a.ID != "id-1" || len(a.Hash) != 32 {
			t.Errorf("the same request is not the same: %+v %+v", a, again)
		}
		if other := call("operatorP", "id-1", "b"); string(other.Hash) == string(a.Hash) {
			t.Error("another request has the same hash")
		}
		if other := call("operator", "id-1", "a"); other.Scope == a.Scope {
			t.Error("another subject has the same scope")
		}
		call("operatorP", "", "a")
		for _, bad := range []string{"a b", strings.Repeat("x", 129), "ü"} {
			_, err := c.CreateCustomer(as(t.Context(), "operatorP"), &contractv1.CreateCustomerRequest{
				Parent: "providers/p", CustomerId: "a", Customer: &contractv1.Customer{}, RequestId: bad,
			})
			if f := refusal(t, err, codes.InvalidArgument, fault.ReasonFieldInvalid); f.Fields[0].Path != "request_id" {
				t.Errorf("%+v", f)
			}
		}
		_, err := c.CreateCustomer(as(t.Context(), "operatorP"), &contractv1.CreateCustomerRequest{Parent: "providers/p"})
		if f := refusal(t, err, codes.InvalidArgument, fault.ReasonFieldInvalid); len(f.Fields) != 2 || f.Fields[0].Path != "customer_id" || f.Fields[1].Path != "customer" {
			t.Errorf("%+v", f)
		}
	})
}

func TestPositions(t *testing.T) {
	var waited []feed.Position
	r := newRig(t, rpc.Hosted{
		Service: "h", Desc: &longrunningpb.Operations_ServiceDesc, Impl: &operations{},
		Wait: func(_ context.Context, p feed.Position) error {
			waited = append(waited, p)
			return nil
		},
		Access: everywhere(typev1.Role_ROLE_ADMIN, ""),
	})
	c := longrunningpb.NewOperationsClient(r.server.Conn("h"))
	ctx := rpc.WaitFor(as(t.Context(), "admin"), feed.Position{Source: "billing", Stream: 3, Position: 9})
	ctx = metadata.AppendToOutgoingContext(ctx, rpc.HeaderWaitFor, "token/1:2, sla/4:5")
	if _, err := c.GetOperation(ctx, &longrunningpb.GetOperationRequest{}); err != nil || len(waited) != 3 || waited[0].String() != "billing/3:9" || waited[2].String() != "sla/4:5" {
		t.Fatalf("%v %v", waited, err)
	}
	_, err := c.GetOperation(metadata.AppendToOutgoingContext(as(t.Context(), "admin"), rpc.HeaderWaitFor, "nonsense"), &longrunningpb.GetOperationRequest{})
	refused(t, err, codes.InvalidArgument, fault.ReasonFieldInvalid)
}

// A caller who waits for a position is patient as long as its context lasts, and
// about nothing else.
func TestUntilReached(t *testing.T) {
	calls := 0
	late := fault.Unavailable(feed.ReasonPositionNotReached, "not yet", time.Millisecond)
	err := rpc.UntilReached(t.Context(), func() error {
		if calls++; calls < 3 {
			return late.GRPCStatus().Err()
		}
		return nil
	})
	if err != nil || calls != 3 {
		t.Errorf("after %d calls: %v", calls, err)
	}
	calls = 0
	err = rpc.UntilReached(t.Context(), func() error {
		calls++
		return fault.Unavailable(fault.ReasonUnavailable, "away", time.Millisecond).GRPCStatus().Err()
	})
	if calls != 1 {
		t.Errorf("called %d times", calls)
	}
	refused(t, err, codes.Unavailable, fault.ReasonUnavailable)
	ctx, cancel := context.WithCancel(t.Context())
	err = rpc.UntilReached(ctx, func() error {
		cancel()
		return late.GRPCStatus().Err()
	})
	refused(t, err, codes.Unavailable, feed.ReasonPositionNotReached)
}

// everywhere is an access option for all methods of Operations.
func everywhere(role typev1.Role, resource string) map[string]*typev1.Access {
	out := map[string]*typev1.Access{}
	for _, m := range longrunningpb.Operations_ServiceDesc.Methods {
		out[m.MethodName] = &typev1.Access{Roles: []typev1.Role{role}, Resource: resource}
	}
	return out
}
