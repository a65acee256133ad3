package peers

import (
	"slices"

	"google.golang.org/protobuf/proto"

	compliancev1 "cloudpact.dev/gen/go/cloudpact/compliance/v1"
	slav1 "cloudpact.dev/gen/go/cloudpact/sla/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/compliance/internal/facts"
)

// tokenTypes are the changes of token that compliance takes; single uses are
// not among them.
var tokenTypes = append(slices.Clone(deadlineTypes),
	"overage_quoted", "overage_agreed", "overage_used", "overage_withdrawn", "correction_approved", "snapshot_capacity_crossed")

func decodeToken(body []byte) (any, error) {
	c := &tokenv1.Change{}
	if err := proto.Unmarshal(body, c); err != nil {
		return nil, err
	}
	switch b := c.GetBody().(type) {
	case *tokenv1.Change_SnapshotCapacityCrossed:
		f := b.SnapshotCapacityCrossed
		return facts.CapacityCrossed{
			Subscription: f.GetSubscription(), Percent: int(f.GetPercent()), At: f.GetReportTime().AsTime(),
			Notified: f.GetNotified(),
		}, nil
	case *tokenv1.Change_OverageUsed:
		return facts.Noted{Clause: b.OverageUsed.GetClause()}, nil
	case *tokenv1.Change_OverageQuoted, *tokenv1.Change_OverageAgreed, *tokenv1.Change_OverageWithdrawn, *tokenv1.Change_CorrectionApproved:
		return facts.Noted{}, nil
	}
	return deadline(c), nil
}

// slaTypes are the changes of sla that compliance takes; single runs are not
// among them.
var slaTypes = append(slices.Clone(deadlineTypes),
	"target_created", "outage_recorded", "duty_breached", "incident_assessed", "award_granted")

func decodeSLA(body []byte) (any, error) {
	c := &slav1.Change{}
	if err := proto.Unmarshal(body, c); err != nil {
		return nil, err
	}
	switch b := c.GetBody().(type) {
	case *slav1.Change_TargetCreated:
		return facts.TargetCreated{Target: b.TargetCreated.GetTarget(), Subscription: b.TargetCreated.GetSubscription()}, nil
	case *slav1.Change_DutyBreached:
		return facts.Noted{Clause: b.DutyBreached.GetClause()}, nil
	case *slav1.Change_OutageRecorded, *slav1.Change_IncidentAssessed, *slav1.Change_AwardGranted:
		return facts.Noted{}, nil
	}
	return deadline(c), nil
}

func decodeOwn(body []byte) (any, error) {
	c := &compliancev1.Change{}
	if err := proto.Unmarshal(body, c); err != nil {
		return nil, err
	}
	return deadline(c), nil
}
