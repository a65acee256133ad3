// Package transport is the wire of the sla service: gRPC methods, and the
// conversion between messages and the service's own words.
package transport

import (
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/sla/internal/store"
)

// fromSpan reads the interval of a record in a field.
func fromSpan(start, end *timestamppb.Timestamp, field string) (store.Span, error) {
	var s store.Span
	var err error
	if s.Start, err = wire.FromTime(start, field+".start_time"); err != nil {
		return s, err
	}
	s.End, err = wire.FromTime(end, field+".end_time")
	return s, err
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
		Name: o.Name(), StartTime: wire.ToTime(o.Start), EndTime: wire.ToTime(o.End), FailureType: o.FailureType, Cause: o.Cause, Reference: o.Reference,
	}
}

func toRun(r store.Run) *slav1.Run {
	return &slav1.Run{
		Name: r.Name(), Operation: r.Operation, StartTime: wire.ToTime(r.Start), EndTime: wire.ToTime(r.End), Succeeded: r.Succeeded,
		ResultEmailedTime: wire.ToTime(r.Emailed),
	}
}

func toWindow(w store.Window) *slav1.Window {
	return &slav1.Window{
		Name: w.Name(), Kind: w.Kind, StartTime: wire.ToTime(w.Start), EndTime: wire.ToTime(w.End), AnnouncedTime: wire.ToTime(w.Announced),
		NoNoticeReason: w.Reason, Clause: w.Clause,
	}
}

func toBreach(b store.Breach) *slav1.DutyBreach {
	return &slav1.DutyBreach{Name: b.Name(), Clause: b.Clause, StartTime: wire.ToTime(b.Start), EndTime: wire.ToTime(b.End), Evidence: b.Evidence}
}

func toAssessment(a store.Assessment) *slav1.Assessment {
	out := &slav1.Assessment{
		Name: a.Name(), Version: int32(a.Version), Subject: a.Subject,
		Verdict:  slav1.Assessment_Verdict(slav1.Assessment_Verdict_value["VERDICT_"+a.Verdict]),
		Incident: durationpb.New(a.Incident), Excluded: durationpb.New(a.Excluded), Counted: durationpb.New(a.Counted),
		Availability: wire.ToDecimal(a.Availability), Level: a.Level, AssessTime: wire.ToTime(a.Assessed),
		Citations: wire.ToCitations(a.Citations), Explanation: wire.ToExplanation(a.Explanation),
	}
	for _, x := range a.Exclusions {
		out.Exclusions = append(out.Exclusions, &slav1.Exclusion{
			Clause: x.Clause, Cause: x.Cause, StartTime: wire.ToTime(x.Start), EndTime: wire.ToTime(x.End), WholeRun: x.WholeRun,
			Explanation: wire.ToExplanation(x.Explanation),
		})
	}
	return out
}

func toAward(a store.Award) *slav1.Award {
	return &slav1.Award{
		Name: a.Name(), Assessment: a.Target.Name() + "/assessments/" + a.Assessment, Measure: a.Measure,
		Quantity: wire.ToDecimal(a.Quantity), Citations: wire.ToCitations(a.Citations),
	}
}
