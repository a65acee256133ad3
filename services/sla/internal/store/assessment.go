package store

import (
	"context"
	"slices"
	"time"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/explain"
	"cloudpact.dev/services/kit/db"
)

// Assessment is one version of a judgement. What it says never changes: a later
// fact that changes verdict or figures makes the next version.
type Assessment struct {
	Target  TargetKey `json:"target"`
	ID      string    `json:"id"`
	Version int64     `json:"version"`
	// Subject is the outage or run, or the month as "2024-03".
	Subject string `json:"subject"`
	// Month is its first day, zero for an incident.
	Month date.Date `json:"month"`
	// Start is the first instant of what is judged.
	Start   time.Time `json:"start"`
	Verdict string    `json:"verdict"`
	// Incident = Excluded + Counted.
	Incident   time.Duration `json:"incident"`
	Excluded   time.Duration `json:"excluded"`
	Counted    time.Duration `json:"counted"`
	Exclusions []Exclusion   `json:"exclusions,omitempty"`
	// Availability in percent and the promised level, of a month.
	Availability string              `json:"availability,omitempty"`
	Level        string              `json:"level,omitempty"`
	Assessed     time.Time           `json:"assessed"`
	Citations    []explain.Citation  `json:"citations,omitempty"`
	Explanation  explain.Explanation `json:"explanation"`
}

// Name is the resource name.
func (a Assessment) Name() string { return a.Target.Name() + "/assessments/" + a.ID }

// Exclusion is a part of an incident that does not count against the provider.
type Exclusion struct {
	Clause      string              `json:"clause"`
	Cause       string              `json:"cause,omitempty"`
	Start       time.Time           `json:"start"`
	End         time.Time           `json:"end"`
	WholeRun    bool                `json:"whole_run,omitempty"`
	Explanation explain.Explanation `json:"explanation"`
}

func assessmentTable(name string, key []string, more ...db.Column[Assessment]) db.Table[Assessment] {
	return db.Table[Assessment]{Name: name, Key: key, Columns: append([]db.Column[Assessment]{
		{Name: "provider", Value: func(a Assessment) any { return a.Target.Provider }},
		{Name: "target", Value: func(a Assessment) any { return a.Target.ID }},
		{Name: "id", Value: func(a Assessment) any { return a.ID }},
		{Name: "version", Value: func(a Assessment) any { return a.Version }},
	}, more...)}
}

var (
	assessments = assessmentTable("assessments", []string{"provider", "target", "id"},
		db.Column[Assessment]{Name: "start_time", Value: func(a Assessment) any { return db.Time(a.Start) }},
		db.Column[Assessment]{Name: "month", Value: func(a Assessment) any { return a.Month.String() }})
	versions = assessmentTable("assessment_versions", []string{"provider", "target", "id", "version"})
)

// Assessment reads the newest version.
func (Store) Assessment(ctx context.Context, q Querier, k TargetKey, id string) (Assessment, bool, error) {
	return assessments.Get(ctx, q, k.Provider, k.ID, id)
}

// AssessmentVersion reads one version.
func (Store) AssessmentVersion(ctx context.Context, q Querier, k TargetKey, id string, version int64) (Assessment, bool, error) {
	return versions.Get(ctx, q, k.Provider, k.ID, id, version)
}

// PutAssessment writes the next version.
func (Store) PutAssessment(ctx context.Context, tx Tx, a *Assessment) error {
	a.Version++
	if err := versions.Insert(ctx, tx, *a); err != nil {
		return err
	}
	return put(ctx, tx, assessments, *a, a.Version)
}

// Assessments lists a page of the newest versions, by start of what is judged.
func (Store) Assessments(ctx context.Context, q Querier, k TargetKey, from From, limit int) ([]Assessment, error) {
	text, args := byStart(k, from, limit)
	return assessments.Select(ctx, q, text, args...)
}

// Months lists the newest versions of the months of a target from one on.
func (Store) Months(ctx context.Context, q Querier, k TargetKey, from date.Date) ([]Assessment, error) {
	return assessments.Select(ctx, q, "where provider = $1 and target = $2 and month <> '' and month >= $3 order by month", k.Provider, k.ID, from.String())
}

// Award is what a miss entitles the customer to; billing decides money.
type Award struct {
	Target     TargetKey          `json:"target"`
	ID         string             `json:"id"`
	Version    int64              `json:"version"`
	Assessment string             `json:"assessment"`
	Measure    string             `json:"measure"`
	Quantity   string             `json:"quantity"`
	Citations  []explain.Citation `json:"citations,omitempty"`
}

// Name is the resource name.
func (a Award) Name() string { return a.Target.Name() + "/awards/" + a.ID }

var awards = db.Table[Award]{
	Name: "awards", Key: []string{"provider", "target", "id"},
	Columns: []db.Column[Award]{
		{Name: "provider", Value: func(a Award) any { return a.Target.Provider }},
		{Name: "target", Value: func(a Award) any { return a.Target.ID }},
		{Name: "id", Value: func(a Award) any { return a.ID }},
		{Name: "version", Value: func(a Award) any { return a.Version }},
	},
}

// PutAward writes an award with its next version.
func (Store) PutAward(ctx context.Context, tx Tx, a *Award) error {
	a.Version++
	return put(ctx, tx, awards, *a, a.Version)
}

// Awards lists a page by id.
func (Store) Awards(ctx context.Context, q Querier, k TargetKey, after string, limit int) ([]Award, error) {
	return awards.Select(ctx, q, "where provider = $1 and target = $2 and id > $3 order by id limit $4", k.Provider, k.ID, after, limit)
}

// Same tells whether another version would say the same: verdict, figures and
// what is excluded, not how that is derived.
func (a Assessment) Same(o Assessment) bool {
	return a.Verdict == o.Verdict && a.Incident == o.Incident && a.Excluded == o.Excluded && a.Counted == o.Counted &&
		a.Availability == o.Availability && a.Level == o.Level && slices.EqualFunc(a.Exclusions, o.Exclusions, Exclusion.same)
}

func (x Exclusion) same(o Exclusion) bool {
	return x.Clause == o.Clause && x.Cause == o.Cause && x.WholeRun == o.WholeRun && x.Start.Equal(o.Start) && x.End.Equal(o.End)
}
