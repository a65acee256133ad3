package measure

import (
	"context"
	"net/http"
	"os"
	"syscall"
	"time"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/scenario"
	"cloudpact.dev/services/suite/internal/replay"
	"cloudpact.dev/services/suite/internal/stack"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// measureGateway compares the processor time of one call as JSON and as gRPC,
// client and service included, both over a socket of this machine.
func measureGateway(ctx context.Context, o Options) ([]Figure, error) {
	s, stop, err := demoStack(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	token, err := s.Token("operator")
	if err != nil {
		return nil, err
	}
	cc, err := rpc.Dial(s.Server.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	defer cc.Close()
	account := scenario.Call{
		Token: token, Method: methodOf(billingv1.File_cloudpact_billing_v1_billing_service_proto, "GetAccount"),
		Request: &billingv1.GetAccountRequest{Name: replay.Account},
	}
	invoice := scenario.Call{
		Token: token, Method: methodOf(billingv1.File_cloudpact_billing_v1_billing_service_proto, "GetInvoice"),
		Request: &billingv1.GetInvoiceRequest{Name: replay.ExampleInvoice, View: billingv1.View_VIEW_FULL},
	}
	var out []Figure
	for _, c := range []struct {
		name string
		call scenario.Call
	}{{"account", account}, {"explained invoice", invoice}} {
		asGRPC := Figure{Name: c.name + " over gRPC, processor time", Unit: "us"}
		asJSON := Figure{Name: c.name + " as JSON, processor time", Unit: "us"}
		ratio := Figure{Name: c.name + ", JSON to gRPC", Unit: "x", Beside: "goal: at most 4"}
		for range o.Rounds {
			g, err := processorTime(ctx, scenario.GRPC{Conn: cc}, c.call)
			if err != nil {
				return nil, err
			}
			j, err := processorTime(ctx, scenario.JSON{Base: s.URL(), Client: http.DefaultClient}, c.call)
			if err != nil {
				return nil, err
			}
			asGRPC.Rounds, asJSON.Rounds = append(asGRPC.Rounds, g), append(asJSON.Rounds, j)
			ratio.Rounds = append(ratio.Rounds, j/g)
		}
		out = append(out, asGRPC, asJSON, ratio)
	}
	return out, nil
}

func methodOf(f protoreflect.FileDescriptor, name protoreflect.Name) protoreflect.MethodDescriptor {
	return f.Services().Get(0).Methods().ByName(name)
}

// calls is how many calls one round makes.
const calls = 2000

// processorTime is what one call costs, in microseconds of this process.
func processorTime(ctx context.Context, c scenario.Caller, call scenario.Call) (float64, error) {
	for range calls / 10 { // warm
		if _, err := c.Call(ctx, call); err != nil {
			return 0, err
		}
	}
	begin := used()
	for range calls {
		if _, err := c.Call(ctx, call); err != nil {
			return 0, err
		}
	}
	return float64((used() - begin).Microseconds()) / calls, nil
}

// used is the processor time of this process so far.
func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// demoStack runs the suite in a temporary folder with the demo replayed.
func demoStack(ctx context.Context) (*stack.Stack, func(), error) {
	dir, err := os.MkdirTemp("", "cloudpact-bench-")
	if err != nil {
		return nil, nil, err
	}
	s, err := stack.Start(ctx, quietConfig(dir), "all")
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	stop := func() {
		_ = s.Stop(context.WithoutCancel(ctx))
		os.RemoveAll(dir)
	}
	r := &replay.Replay{Caller: stack.Caller{Directory: s.Directory}, Token: s.Token, Data: dir}
	if err := r.Run(ctx); err != nil {
		stop()
		return nil, nil, err
	}
	return s, stop, nil
}

// quietConfig serves on ports that nobody else uses.
func quietConfig(dir string) stack.Config {
	cfg := stack.Default()
	cfg.Data, cfg.Log = dir, "error"
	cfg.GRPC.Listen.Addr, cfg.Ops.Addr, cfg.Gateway.Listen.Addr = "127.0.0.1:0", "", "127.0.0.1:0"
	return cfg
}
