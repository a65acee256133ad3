package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/dynamicpb"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/fault"
)

// logs collects what is logged.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var getP = &contractv1.GetProviderRequest{Name: "providers/p"}

func TestHeadersTrailersAndMetadata(t *testing.T) {
	r := newRig(t)
	r.reg.get = func(ctx context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		if err := grpc.SetHeader(ctx, metadata.Pairs("echo", strings.Join(md.Get("X-Some"), "+"), "raw-bin", "\x00\xff")); err != nil {
			return nil, err
		}
		if err := grpc.SendHeader(ctx, metadata.Pairs("echo", "again")); err != nil {
			return nil, err
		}
		if grpc.SetHeader(ctx, metadata.Pairs("echo", "late")) == nil {
			return nil, errors.New("a header was accepted after the headers were sent")
		}
		if err := grpc.SetTrailer(ctx, metadata.Pairs("end", "yes")); err != nil {
			return nil, err
		}
		if _, ok := peer.FromContext(ctx); !ok {
			return nil, errors.New("no peer")
		}
		if in.GetName() == "providers/bad" {
			return nil, fault.NotFound(fault.ReasonNotFound, in.GetName())
		}
		return &contractv1.Provider{Name: in.GetName()}, nil
	}
	r.ways(t, func(t *testing.T, billing, _ grpc.ClientConnInterface) {
		c := contractv1.NewRegistryServiceClient(billing)
		for _, name := range []string{"providers/p", "providers/bad"} {
			ctx := metadata.AppendToOutgoingContext(as(t.Context(), "admin"), "x-some", "1", "X-Some", "2")
			var header, trailer metadata.MD
			var from peer.Peer
			out, err := c.GetProvider(ctx, &contractv1.GetProviderRequest{Name: name}, grpc.Header(&header), grpc.Trailer(&trailer), grpc.Peer(&from))
			if name == "providers/bad" {
				refused(t, err, codes.NotFound, fault.ReasonNotFound)
			} else if err != nil || out.GetName() != name {
				t.Fatalf("%v %v", out, err)
			}
			if got := header.Get("echo"); len(got) != 2 || got[0] != "1+2" || got[1] != "again" || header.Get("raw-bin")[0] != "\x00\xff" {
				t.Errorf("header %v", header)
			}
			if got := trailer.Get("end"); len(got) != 1 || from.Addr == nil {
				t.Errorf("trailer %v, peer %v", trailer, from)
			}
		}
	})
}

func TestMessagesAreCopies(t *testing.T) {
	r := newRig(t)
	var kept *contractv1.GetProviderRequest
	shared := &contractv1.Provider{Name: "providers/p", Title: "one"}
	r.reg.get = func(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		kept = in
		return shared, nil
	}
	r.ways(t, func(t *testing.T, billing, _ grpc.ClientConnInterface) {
		c := contractv1.NewRegistryServiceClient(billing)
		in := &contractv1.GetProviderRequest{Name: "providers/p"}
		out, err := c.GetProvider(as(t.Context(), "admin"), in)
		if err != nil {
			t.Fatal(err)
		}
		out.Title = "changed by the caller"
		kept.Name = "changed by the handler"
		if shared.GetTitle() != "one" || in.GetName() != "providers/p" {
			t.Fatal("caller and handler share a message")
		}
	})
}

// A player that knows methods by their descriptors only uses dynamic messages.
func TestDynamicMessages(t *testing.T) {
	r := newRig(t)
	r.reg.get = func(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		return &contractv1.Provider{Name: in.GetName()}, nil
	}
	r.ways(t, func(t *testing.T, billing, _ grpc.ClientConnInterface) {
		in := dynamicpb.NewMessage(getP.ProtoReflect().Descriptor())
		in.Set(in.Descriptor().Fields().ByName("name"), getP.ProtoReflect().Get(getP.ProtoReflect().Descriptor().Fields().ByName("name")))
		out := dynamicpb.NewMessage((&contractv1.Provider{}).ProtoReflect().Descriptor())
		if err := billing.Invoke(as(t.Context(), "admin"), contractv1.RegistryService_GetProvider_FullMethodName, in, out); err != nil {
			t.Fatal(err)
		}
		if got := out.Get(out.Descriptor().Fields().ByName("name")).String(); got != "providers/p" {
			t.Fatal(got)
		}
	})
}

type secretKey struct{}

func TestContexts(t *testing.T) {
	r := newRig(t)
	entered := make(chan struct{}, 1)
	r.reg.get = func(ctx context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		switch in.GetName() {
		case "providers/deadline":
			d, ok := ctx.Deadline()
			if !ok {
				return nil, errors.New("no deadline")
			}
			return &contractv1.Provider{Title: d.UTC().Format(time.DateOnly)}, nil
		case "providers/values":
			if ctx.Value(secretKey{}) != nil {
				return nil, errors.New("the caller's values came along")
			}
			md, _ := metadata.FromOutgoingContext(ctx)
			return &contractv1.Provider{}, map[bool]error{true: errors.New("the caller's metadata would go on")}[len(md) > 0]
		}
		entered <- struct{}{}
		// Contexts derived from the call's must end with it, too.
		derived, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		<-derived.Done()
		return nil, derived.Err()
	}
	r.ways(t, func(t *testing.T, billing, _ grpc.ClientConnInterface) {
		c := contractv1.NewRegistryServiceClient(billing)
		ctx := context.WithValue(as(t.Context(), "admin"), secretKey{}, 1)
		if out, err := c.GetProvider(ctx, &contractv1.GetProviderRequest{Name: "providers/deadline"}); err != nil || out.GetTitle() == "" {
			t.Errorf("a call without a deadline got none: %v", err)
		}
		far, cancel := context.WithDeadline(ctx, clock.System{}.Now().Add(100*24*time.Hour))
		defer cancel()
		want, _ := far.Deadline()
		if out, err := c.GetProvider(far, &contractv1.GetProviderRequest{Name: "providers/deadline"}); err != nil || out.GetTitle() != want.UTC().Format(time.DateOnly) {
			t.Errorf("the deadline did not arrive: %v %v", out, err)
		}
		if _, err := c.GetProvider(ctx, &contractv1.GetProviderRequest{Name: "providers/values"}); err != nil {
			t.Error(err)
		}
		short, cancelShort := context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancelShort()
		if _, err := c.GetProvider(short, getP); status.Code(err) != codes.DeadlineExceeded {
			t.Errorf("deadline: %v", err)
		}
		for len(entered) > 0 {
			<-entered
		}
		gone, leave := context.WithCancel(ctx)
		go func() { <-entered; leave() }()
		if _, err := c.GetProvider(gone, getP); status.Code(err) != codes.Canceled {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := c.GetProvider(gone, getP); status.Code(err) != codes.Canceled {
			t.Errorf("a call of a cancelled context: %v", err)
		}
	})
}

func TestPanicsAndPlainErrors(t *testing.T) {
	r := newRig(t)
	r.reg.get = func(_ context.Context, in *contractv1.GetProviderRequest) (*contractv1.Provider, error) {
		if in.GetName() == "providers/panic" {
			panic("secret words of a bug")
		}
		return nil, errors.New("secret words of a driver")
	}
	r.ways(t, func(t *testing.T, billing, _ grpc.ClientConnInterface) {
		c := contractv1.NewRegistryServiceClient(billing)
		for _, name := range []string{"providers/panic", "providers/p"} {
			_, err := c.GetProvider(as(t.Context(), "admin"), &contractv1.GetProviderRequest{Name: name})
			f := refusal(t, err, codes.Internal, fault.ReasonInternal)
			if strings.Contains(err.Error(), "secret") || strings.Contains(f.Message, "secret") {
				t.Errorf("the cause was sent: %v", err)
			}
		}
	})
	for _, words := range []string{"secret words of a bug", "secret words of a driver", "level=ERROR"} {
		if !strings.Contains(r.logs.String(), words) {
			t.Errorf("%q is not in the log", words)
		}
	}
	n, err := testutil.GatherAndCount(r.metrics, "cloudpact_rpc_panics_total")
	if err != nil || n != 1 {
		t.Errorf("panics counted: %d %v", n, err)
	}
	want := `
# HELP cloudpact_rpc_calls_total Calls answered, by method and code.
# TYPE cloudpact_rpc_calls_total counter
cloudpact_rpc_calls_total{code="Internal",method="/cloudpact.contract.v1.RegistryService/GetProvider"} 6
`
	if err := testutil.GatherAndCompare(r.metrics, strings.NewReader(want), "cloudpact_rpc_calls_total"); err != nil {
		t.Error(err)
	}
}

func TestUnknownMethods(t *testing.T) {
	r := newRig(t)
	r.ways(t, func(t *testing.T, billing, _ grpc.ClientConnInterface) {
		err := billing.Invoke(as(t.Context(), "admin"), "/cloudpact.contract.v1.RegistryService/Nothing", getP, &contractv1.Provider{})
		if status.Code(err) != codes.Unimplemented {
			t.Error(err)
		}
	})
	err := r.server.Conn("token").Invoke(as(t.Context(), "admin"), contractv1.RegistryService_GetProvider_FullMethodName, getP, &contractv1.Provider{})
	if status.Code(err) != codes.Unimplemented {
		t.Errorf("another service's method: %v", err)
	}
}

func TestStreams(t *testing.T) {
	r := newRig(t)
	r.changes.watch = func(in *tokenv1.WatchChangesRequest, s grpc.ServerStreamingServer[tokenv1.WatchChangesResponse]) error {
		if err := s.SetHeader(metadata.Pairs("h", "1")); err != nil {
			return err
		}
		for _, token := range []string{"a", "b"} {
			if err := s.Send(&tokenv1.WatchChangesResponse{PageToken: token + in.GetParent()}); err != nil {
				return err
			}
		}
		if in.GetPageToken() == "panic" {
			panic("a bug")
		}
		if in.GetPageToken() == "wait" {
			<-s.Context().Done()
			return s.Context().Err()
		}
		return nil
	}
	r.ways(t, func(t *testing.T, _, token grpc.ClientConnInterface) {
		c := tokenv1.NewChangeServiceClient(token)
		read := func(ctx context.Context, in *tokenv1.WatchChangesRequest) (string, error) {
			s, err := c.WatchChanges(ctx, in)
			if err != nil {
				return "", err
			}
			var out strings.Builder
			for {
				m, err := s.Recv()
				if err == io.EOF {
					return out.String(), nil
				}
				if err != nil {
					return out.String(), err
				}
				out.WriteString(m.GetPageToken() + " ")
			}
		}
		in := &tokenv1.WatchChangesRequest{Parent: "providers/p"}
		if got, err := read(as(t.Context(), "customer"), in); err != nil || got != "aproviders/p bproviders/p " {
			t.Fatalf("%q %v", got, err)
		}
		_, err := read(t.Context(), in)
		refused(t, err, codes.Unauthenticated, fault.ReasonUnauthenticated)
		_, err = read(as(t.Context(), "admin"), in)
		refused(t, err, codes.PermissionDenied, fault.ReasonRoleRequired)
		_, err = read(as(t.Context(), "customer"), &tokenv1.WatchChangesRequest{Parent: "providers/other"})
		refused(t, err, codes.NotFound, fault.ReasonNotFound)
		got, err := read(as(t.Context(), "customer"), &tokenv1.WatchChangesRequest{Parent: "providers/p", PageToken: "panic"})
		refused(t, err, codes.Internal, fault.ReasonInternal)
		if got == "" {
			t.Error("what was sent before the panic did not arrive")
		}
		ctx, cancel := context.WithCancel(as(t.Context(), "customer"))
		s, err := c.WatchChanges(ctx, &tokenv1.WatchChangesRequest{Parent: "providers/p", PageToken: "wait"})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := s.Recv(); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		if _, err := s.Recv(); status.Code(err) != codes.Canceled {
			t.Errorf("a cancelled stream: %v", err)
		}
	})
}
