package transport

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
	"cloudpact.dev/services/kit/wire"
	"cloudpact.dev/services/sla/internal/app"
	"cloudpact.dev/services/sla/internal/store"
)

// EncodeChange makes the feed's bytes of a draft: a Change without its head.
// What people wrote (references, reasons, evidence) never gets into it.
func EncodeChange(d commit.Draft) (string, []byte, error) {
	c := &slav1.Change{}
	if x, ok := d.Body.(commit.Deadline); ok {
		return feed.Encode(c, d.Type, feed.DeadlineBody(x))
	}
	if !encodeRecord(c, d) && !encodeDecision(c, d) {
		return "", nil, fmt.Errorf("a change of the type %q with %T", d.Type, d.Body)
	}
	b, err := proto.Marshal(c)
	return d.Type, b, err
}

func encodeRecord(c *slav1.Change, d commit.Draft) bool {
	switch b := d.Body.(type) {
	case app.TargetCreated:
		c.Body = &slav1.Change_TargetCreated{TargetCreated: &slav1.TargetCreated{Target: b.Target.Name(), Subscription: b.Target.Sub.Name()}}
	case app.OutageRecorded:
		o := b.Outage
		c.Body = &slav1.Change_OutageRecorded{OutageRecorded: &slav1.OutageRecorded{
			Target: o.Target.Name(), Outage: o.Name(), StartTime: wire.ToTime(o.Start), EndTime: wire.ToTime(o.End), Cause: o.Cause,
		}}
	case app.RunRecorded:
		r := b.Run
		c.Body = &slav1.Change_RunRecorded{RunRecorded: &slav1.RunRecorded{
			Target: r.Target.Name(), Run: r.Name(), Operation: r.Operation, Succeeded: r.Succeeded,
		}}
	case app.DutyBreached:
		x := b.Breach
		c.Body = &slav1.Change_DutyBreached{DutyBreached: &slav1.DutyBreached{
			Target: x.Target.Name(), DutyBreach: x.Name(), Clause: x.Clause, StartTime: wire.ToTime(x.Start), EndTime: wire.ToTime(x.End),
		}}
	default:
		return false
	}
	return true
}

func encodeDecision(c *slav1.Change, d commit.Draft) bool {
	switch b := d.Body.(type) {
	case app.IncidentAssessed:
		c.Body = &slav1.Change_IncidentAssessed{IncidentAssessed: assessed(b.Assessment)}
	case app.AwardGranted:
		a := b.Award
		c.Body = &slav1.Change_AwardGranted{AwardGranted: &slav1.AwardGranted{
			Target: a.Target.Name(), Award: a.Name(), Assessment: a.Target.Name() + "/assessments/" + a.Assessment,
			Measure: a.Measure, Quantity: a.Quantity, Subscription: b.Sub.Name(),
		}}
	default:
		return false
	}
	return true
}

func assessed(a store.Assessment) *slav1.IncidentAssessed {
	out := &slav1.IncidentAssessed{
		Target: a.Target.Name(), Assessment: a.Name(), Version: int32(a.Version), Subject: a.Subject, Verdict: a.Verdict,
		CountedSeconds: int64(a.Counted / time.Second), ExcludedSeconds: int64(a.Excluded / time.Second),
	}
	known := map[string]bool{}
	for _, x := range a.Exclusions {
		if !known[x.Clause] {
			known[x.Clause] = true
			out.Clauses = append(out.Clauses, x.Clause)
		}
	}
	return out
}
