package app

import "cloudpact.dev/services/sla/internal/store"

// The types of the service's changes.
const (
	TypeTargetCreated    = "target_created"
	TypeOutageRecorded   = "outage_recorded"
	TypeRunRecorded      = "run_recorded"
	TypeDutyBreached     = "duty_breached"
	TypeIncidentAssessed = "incident_assessed"
	TypeAwardGranted     = "award_granted"
)

// TargetCreated says that a target exists.
type TargetCreated struct{ Target store.Target }

// OutageRecorded says that an outage was recorded or closed.
type OutageRecorded struct{ Outage store.Outage }

// RunRecorded says that a run was recorded.
type RunRecorded struct{ Run store.Run }

// DutyBreached says that a duty breach was recorded or closed.
type DutyBreached struct{ Breach store.Breach }

// IncidentAssessed says how an incident or month was judged.
type IncidentAssessed struct{ Assessment store.Assessment }

// AwardGranted says that a miss entitles the customer.
type AwardGranted struct {
	Award store.Award
	Sub   store.Sub
}
