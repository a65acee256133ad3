package cli

import (
	"context"
	"fmt"
	"time"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/rpc"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

type clockCmd struct {
	Advance advanceCmd `cmd:"" help:"Move a sandbox provider's clock forward on a running suite; what falls due on the way acts."`
}

type advanceCmd struct {
	Provider string `arg:"" help:"Id of the sandbox provider, for example demo."`
	To       string `arg:"" help:"A day (2026-03-01, 00:00 in the zone of the terms) or an instant (2026-03-01T09:00:00+08:00)."`
}

// Run advances the clock and waits for it.
func (a *advanceCmd) Run(ctx context.Context, c *command, out Streams) error {
	cfg, err := c.configure()
	if err != nil {
		return err
	}
	tokens, err := rpc.OpenTokens(cfg.TokenFile())
	if err != nil {
		return err
	}
	d := rpc.NewDirectory(nil)
	defer d.Close()
	if err := d.Remote("billing", cfg.GRPC.Listen.Addr, ""); err != nil {
		return err
	}
	req, err := a.request()
	if err != nil {
		return err
	}
	ctx = rpc.WithToken(ctx, tokens.Token(rpc.RoleOperator))
	conn := d.Public("billing")
	op, err := contractv1.NewRegistryServiceClient(conn).AdvanceClock(ctx, req)
	for err == nil && !op.GetDone() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.NewTimer(50 * time.Millisecond).C:
		}
		op, err = longrunning.NewOperationsClient(conn).GetOperation(ctx, &longrunning.GetOperationRequest{Name: op.GetName()})
	}
	if err != nil {
		return err
	}
	if e := op.GetError(); e != nil {
		return status.FromProto(e).Err()
	}
	clock, err := contractv1.NewRegistryServiceClient(conn).GetClock(ctx, &contractv1.GetClockRequest{Name: req.GetName()})
	if err != nil {
		return err
	}
	fmt.Fprintf(out.Out, "%s stands at %s\n", clock.GetName(), clock.GetNow().AsTime().Format(time.RFC3339))
	return nil
}

func (a *advanceCmd) request() (*contractv1.AdvanceClockRequest, error) {
	req := &contractv1.AdvanceClockRequest{Name: "providers/" + a.Provider + "/clock"}
	if d, err := time.Parse(time.DateOnly, a.To); err == nil {
		req.TargetDate = &date.Date{Year: int32(d.Year()), Month: int32(d.Month()), Day: int32(d.Day())}
		return req, nil
	}
	t, err := time.Parse(time.RFC3339, a.To)
	if err != nil {
		return nil, fmt.Errorf("%q is neither a day such as 2026-03-01 nor an instant such as 2026-03-01T09:00:00+08:00", a.To)
	}
	req.TargetTime = timestamppb.New(t)
	return req, nil
}
