package scenario

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// askAgain is how long a run waits before it asks for an operation again.
const askAgain = 5 * time.Millisecond

// Call is one call of a method.
type Call struct {
	Method  protoreflect.MethodDescriptor
	Request proto.Message
	// Token is the caller's credential; "" for nobody.
	Token string
	// After are positions of feeds that the called service has to have taken in.
	After []rpc.Position
}

// Answer is what came of a call.
type Answer struct {
	Message proto.Message
	// Positions tell where the changes of the call stand.
	Positions []rpc.Position
}

// Caller brings a call to the suite, over gRPC or JSON. A refusal is an error
// that carries a google.rpc.Status.
type Caller interface {
	Call(ctx context.Context, c Call) (Answer, error)
}

// Player runs scenarios against one suite.
type Player struct {
	// Caller brings the calls.
	Caller Caller
	// Token gives the credential of a role ("operator").
	Token func(role string) (string, error)
	// Terms gives the body of shipped terms by id.
	Terms func(id string) (Body, error)
	// Run tells runs of one file apart; part of the provider's id.
	Run string
	// Zone is where days begin; Asia/Hong_Kong where nil.
	Zone *time.Location
	// Done is told after each step how far the run has come; a caller that keeps
	// it can resume after a crash.
	Done func(Progress)
	// Resume starts after the steps that an earlier run has done.
	Resume Progress
}

// Result is what a run showed.
type Result struct {
	// Provider is the sandbox that it made.
	Provider string
	// Clauses that the answers cited.
	Clauses []string
	// Methods that were called.
	Methods []string
	// Reasons of the refusals.
	Reasons []string
	// Progress at the end.
	Progress Progress
}

// run is one play of one file.
type run struct {
	*Player
	file     *File
	provider string
	zone     *time.Location
	vars     vars
	seen     seen
	series   string
	made     []rpc.Position
}

// Play runs a scenario. The error names file and line of the first step that
// does not hold.
func (p *Player) Play(ctx context.Context, f *File) (*Result, error) {
	r := &run{Player: p, file: f, zone: p.Zone, vars: vars{}, seen: newSeen(), provider: f.Provider, series: f.InvoiceSeries}
	if r.zone == nil {
		zone, err := time.LoadLocation("Asia/Hong_Kong")
		if err != nil {
			return nil, err
		}
		r.zone = zone
	}
	if r.series == "" {
		r.series = "HK"
	}
	if r.provider == "" {
		r.provider = "s" + strings.ReplaceAll(resource.ID("scenario", f.Path, f.Title, p.Run), "-", "")[:20]
	}
	maps.Copy(r.vars, p.Resume.Vars)
	r.made = slices.Clone(p.Resume.Positions)
	if p.Resume.Steps == 0 {
		if err := r.prepare(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	for i := p.Resume.Steps; i < len(f.Steps); i++ {
		s := f.Steps[i]
		if err := r.step(ctx, i, s); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", s.File, s.Line, err)
		}
		if p.Done != nil {
			p.Done(r.progress(i + 1))
		}
	}
	if missing := r.seen.missing(f.Cites); p.Resume.Steps == 0 && len(missing) > 0 {
		return nil, fmt.Errorf("%s: no answer cited %s", f.Path, strings.Join(missing, ", "))
	}
	return &Result{
		Provider: "providers/" + r.provider,
		Clauses:  slices.Sorted(maps.Keys(r.seen.clauses)),
		Methods:  slices.Sorted(maps.Keys(r.seen.methods)),
		Reasons:  slices.Sorted(maps.Keys(r.seen.reasons)),
		Progress: r.progress(len(f.Steps)),
	}, nil
}

// prepare makes the sandbox provider and registers its terms.
func (r *run) prepare(ctx context.Context) error {
	start, err := r.moment(r.file.Start)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	name := "providers/" + r.provider
	_, err = r.invoke(ctx, "cloudpact.contract.v1.RegistryService/CreateProvider", "admin", &contractv1.CreateProviderRequest{
		ProviderId: r.provider,
		Provider: &contractv1.Provider{
			Title: r.file.Title, Mode: contractv1.Provider_MODE_SANDBOX,
			StartTime: timestamppb.New(start), InvoiceSeries: r.series,
		},
		RequestId: r.requestID("provider"),
	})
	if err != nil {
		return fmt.Errorf("create the provider: %w", err)
	}
	r.vars["provider"], r.vars["provider_id"] = name, r.provider
	if r.Terms == nil {
		return nil
	}
	id := r.file.Terms
	if id == "" {
		id = "cpc"
	}
	body, err := r.Terms(id)
	if err != nil {
		return err
	}
	rev, err := r.invoke(ctx, "cloudpact.contract.v1.RegistryService/RegisterRevision", "operator", &contractv1.RegisterRevisionRequest{
		Parent: name + "/terms/" + id, RevisionId: body.RevisionID, Body: body.Terms, RequestId: r.requestID("terms"),
	})
	if err != nil {
		return fmt.Errorf("register the terms: %w", err)
	}
	r.vars["terms_revision"] = rev.(*contractv1.Revision).GetName()
	return nil
}

func (r *run) step(ctx context.Context, i int, s Step) error {
	if err := r.move(ctx, i, s); err != nil {
		return err
	}
	if s.Call == "" {
		return nil
	}
	m, err := findMethod(s.Call)
	if err != nil {
		return err
	}
	with, err := r.vars.expand(map[string]any(s.With))
	if err != nil {
		return err
	}
	req, err := m.build(with.(map[string]any))
	if err != nil {
		return err
	}
	r.identify(req, i)
	role := s.As
	if role == "" {
		role = "operator"
	}
	answer, err := r.invoke(ctx, s.Call, role, req)
	if s.Fault != "" {
		return r.refused(s, err)
	}
	if err != nil {
		return explain(s.Call, err)
	}
	return r.judge(s, answer)
}

func (r *run) judge(s Step, answer proto.Message) error {
	want, err := r.expandWant(s.Want)
	if err != nil {
		return err
	}
	if want != nil {
		if diffs := compare(answer, want); len(diffs) > 0 {
			return fmt.Errorf("%s answers something else:\n  %s", s.Call, strings.Join(diffs, "\n  "))
		}
	}
	for name, path := range s.Save {
		v, err := at(answer.ProtoReflect(), path)
		if err != nil {
			return fmt.Errorf("save %s: %w", name, err)
		}
		r.vars[name] = v
	}
	return nil
}

func (r *run) expandWant(want any) (any, error) {
	if want == nil {
		return nil, nil
	}
	return r.vars.expand(want)
}

// identify gives a request its request_id where it has such a field and the
// step names none: the same in every run of the same provider.
func (r *run) identify(req proto.Message, step int) {
	m := req.ProtoReflect()
	fd := m.Descriptor().Fields().ByName("request_id")
	if fd == nil || m.Get(fd).String() != "" {
		return
	}
	m.Set(fd, protoreflect.ValueOfString(r.requestID(fmt.Sprint("step ", step))))
}

func (r *run) requestID(what string) string {
	return resource.ID("request", r.provider, r.file.Title, what)
}

// refused checks that a call failed as the step says.
func (r *run) refused(s Step, err error) error {
	if err == nil {
		return fmt.Errorf("%s succeeds, want it refused with %s", s.Call, s.Fault)
	}
	want := strings.Fields(s.Fault)
	if none := (*noRoute)(nil); errors.As(err, &none) && (want[1] == "NAME_INVALID" || want[1] == "FIELD_INVALID") {
		return nil // JSON cannot even say it
	}
	got := refusal(err)
	if got.code != want[0] || got.reason != want[1] {
		return fmt.Errorf("%s: want it refused with %s, got %s %s: %s", s.Call, s.Fault, got.code, got.reason, status.Convert(err).Message())
	}
	for _, f := range s.Fields {
		if !slices.Contains(got.fields, f) {
			return fmt.Errorf("%s: the refusal names the fields %v, not %s", s.Call, got.fields, f)
		}
	}
	r.seen.reasons[got.reason] = true
	return nil
}

// move advances the clock as the step says, and waits.
func (r *run) move(ctx context.Context, i int, s Step) error {
	if s.At == "" && s.Advance == "" {
		return nil
	}
	req := &contractv1.AdvanceClockRequest{Name: "providers/" + r.provider + "/clock", RequestId: r.requestID(fmt.Sprint("clock ", i))}
	target, err := r.target(ctx, s)
	if err != nil {
		return err
	}
	req.TargetTime = timestamppb.New(target)
	answer, err := r.invoke(ctx, "cloudpact.contract.v1.RegistryService/AdvanceClock", "operator", req)
	if err != nil {
		return explain("advance the clock to "+target.In(r.zone).Format(time.RFC3339), err)
	}
	return r.await(ctx, answer.(*longrunning.Operation))
}

func (r *run) target(ctx context.Context, s Step) (time.Time, error) {
	if s.At != "" {
		text, err := r.vars.text(s.At)
		if err != nil {
			return time.Time{}, err
		}
		return r.moment(text)
	}
	var days int
	if n, err := fmt.Sscanf(s.Advance, "%dd", &days); n != 1 || err != nil {
		return time.Time{}, fmt.Errorf("advance %q is no number of days such as 17d", s.Advance)
	}
	clock, err := r.invoke(ctx, "cloudpact.contract.v1.RegistryService/GetClock", "operator",
		&contractv1.GetClockRequest{Name: "providers/" + r.provider + "/clock"})
	if err != nil {
		return time.Time{}, err
	}
	return clock.(*contractv1.Clock).GetNow().AsTime().In(r.zone).AddDate(0, 0, days), nil
}

// await asks for an operation until it is done.
func (r *run) await(ctx context.Context, op *longrunning.Operation) error {
	for !op.GetDone() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.NewTimer(askAgain).C:
		}
		answer, err := r.invoke(ctx, "google.longrunning.Operations/GetOperation", "operator",
			&longrunning.GetOperationRequest{Name: op.GetName()})
		if err != nil {
			return err
		}
		op = answer.(*longrunning.Operation)
	}
	if e := op.GetError(); e != nil {
		return explain("the clock", status.FromProto(e).Err())
	}
	return nil
}

func (r *run) moment(text string) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, r.zone); err == nil {
		return t, nil
	}
	return instant(text)
}

func instant(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a day nor an instant", text)
	}
	return t, nil
}

// explain writes a refusal out for the reader of a failing scenario.
func explain(what string, err error) error {
	got := refusal(err)
	if got.reason == "" {
		return fmt.Errorf("%s: %w", what, err)
	}
	return errors.Join(fmt.Errorf("%s is refused: %s %s %v", what, got.code, got.reason, got.fields), err)
}
