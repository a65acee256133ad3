// Package transport is the wire of the sla service: gRPC methods, and the
// conversion between messages and the service's own words.
package transport

import (
	"time"

	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/sla/internal/store"
)

func toTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// fromTime reads an instant; nil is the zero instant.
func fromTime(t *timestamppb.Timestamp, field string) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	if err := t.CheckValid(); err != nil {
		return time.Time{}, fault.Invalid(fault.ReasonFieldInvalid, field, field+" is no instant of the years 1 to 9999")
	}
	return clock.Truncate(t.AsTime()), nil
}

// fromSpan reads the interval of a record in a field.
func fromSpan(start, end *timestamppb.Timestamp, field string) (store.Span, error) {
	var s store.Span
	var err error
	if s.Start, err = fromTime(start, field+".start_time"); err != nil {
		return s, err
	}
	s.End, err = fromTime(end, field+".end_time")
	return s, err
}

func toDecimal(s string) *decimal.Decimal {
	if s == "" {
		return nil
	}
	return &decimal.Decimal{Value: s}
}

// The names of what lies below a target.
var (
	outageName     = below("outages/{outage}")
	windowName     = below("windows/{window}")
	breachName     = below("dutyBreaches/{breach}")
	assessmentName = below("assessments/{assessment}")
)

func below(rest string) resource.Pattern {
	return resource.MustPattern("providers/{provider}/targets/{target}/" + rest)
}

// child reads the name of something below a target.
func child(p resource.Pattern, name string) (store.TargetKey, string, error) {
	ids, err := p.Parse(name, "name")
	if err != nil {
		return store.TargetKey{}, "", err
	}
	return store.TargetKey{Provider: ids[0], ID: ids[1]}, ids[2], nil
}

func toTarget(t store.Target) *slav1.Target {
	return &slav1.Target{
		Name: t.Name(), Title: t.Title, Subscription: t.Sub.Name(), Unit: t.Unit, Group: t.Group, Level: t.Level,
		LevelDocument: t.Document, Etag: etag(t.Version),
	}
}

func toOutage(o store.Outage) *slav1.Outage {
	return &slav1.Outage{
		Name: o.Name(), StartTime: toTime(o.Start), EndTime: toTime(o.End), FailureType: o.FailureType, Cause: o.Cause, Reference: o.Reference,
	}
}

func toRun(r store.Run) *slav1.Run {
	return &slav1.Run{
		Name: r.Name(), Operation: r.Operation, StartTime: toTime(r.Start), EndTime: toTime(r.End), Succeeded: r.Succeeded,
		ResultEmailedTime: toTime(r.Emailed),
	}
}

func toWindow(w store.Window) *slav1.Window {
	return &slav1.Window{
		Name: w.Name(), Kind: w.Kind, StartTime: toTime(w.Start), EndTime: toTime(w.End), AnnouncedTime: toTime(w.Announced),
		NoNoticeReason: w.Reason, Clause: w.Clause,
	}
}

func toBreach(b store.Breach) *slav1.DutyBreach {
	return &slav1.DutyBreach{Name: b.Name(), Clause: b.Clause, StartTime: toTime(b.Start), EndTime: toTime(b.End), Evidence: b.Evidence}
}

func toAssessment(a store.Assessment) *slav1.Assessment {
	out := &slav1.Assessment{
		Name: a.Name(), Version: int32(a.Version), Subject: a.Subject,
		Verdict:  slav1.Assessment_Verdict(slav1.Assessment_Verdict_value["VERDICT_"+a.Verdict]),
		Incident: durationpb.New(a.Incident), Excluded: durationpb.New(a.Excluded), Counted: durationpb.New(a.Counted),
		Availability: toDecimal(a.Availability), Level: a.Level, AssessTime: toTime(a.Assessed),
		Citations: toCitations(a.Citations), Explanation: toExplanation(a.Explanation),
	}
	for _, x := range a.Exclusions {
		out.Exclusions = append(out.Exclusions, &slav1.Exclusion{
			Clause: x.Clause, Cause: x.Cause, StartTime: toTime(x.Start), EndTime: toTime(x.End), WholeRun: x.WholeRun,
			Explanation: toExplanation(x.Explanation),
		})
	}
	return out
}

func toAward(a store.Award) *slav1.Award {
	return &slav1.Award{
		Name: a.Name(), Assessment: a.Target.Name() + "/assessments/" + a.Assessment, Measure: a.Measure,
		Quantity: toDecimal(a.Quantity), Citations: toCitations(a.Citations),
	}
}

func toCitations(cs []explain.Citation) []*typev1.Citation {
	var out []*typev1.Citation
	for _, c := range cs {
		p := &typev1.Citation{Terms: c.Terms, Revision: c.Revision, Clause: c.Clause}
		for _, r := range c.Readings {
			p.Readings = append(p.Readings, &typev1.ReadingUse{Reading: r.Name, Option: r.Option})
		}
		out = append(out, p)
	}
	return out
}

// toExplanation is a derivation on the wire; nil for an empty one.
func toExplanation(e explain.Explanation) *typev1.Explanation {
	if len(e.Steps) == 0 {
		return nil
	}
	out := &typev1.Explanation{Result: e.Result}
	for _, s := range e.Steps {
		p := &typev1.Step{Id: s.ID, Operation: string(s.Op), Value: s.Result, Unit: s.Unit, Citations: toCitations(s.Citations), Note: s.Note}
		if s.Rounding != nil {
			p.Rounding = &typev1.RoundingRule{Mode: string(s.Rounding.Mode), Places: int32(s.Rounding.Places)}
		}
		for _, o := range s.Operands {
			p.Operands = append(p.Operands, toOperand(o))
		}
		out.Steps = append(out.Steps, p)
	}
	return out
}

func toOperand(o explain.Operand) *typev1.Operand {
	switch {
	case o.Step != "":
		return &typev1.Operand{Kind: &typev1.Operand_Step{Step: o.Step}}
	case o.Fact != nil:
		return &typev1.Operand{Kind: &typev1.Operand_Fact{Fact: &typev1.Fact{Name: o.Fact.Name, Value: o.Fact.Value}}}
	}
	return &typev1.Operand{Kind: &typev1.Operand_Literal{Literal: o.Literal}}
}
