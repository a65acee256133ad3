package terms_test

import (
	"reflect"
	"strings"
	"testing"

	"cloudpact.dev/services/terms"
)

func TestSmallTermsAreClean(t *testing.T) {
	for _, p := range terms.Check(small()) {
		t.Error(p)
	}
}

// TestCheckFinds breaks one thing at a time.
func TestCheckFinds(t *testing.T) {
	for _, c := range []struct {
		name     string
		spoil    func(*terms.Terms)
		path     string
		severity string
		message  string
	}{
		{"id", func(x *terms.Terms) { x.ID = "Acme" }, "id", "error", "no id"},
		{"revision", func(x *terms.Terms) { x.Revision = "" }, "revision", "error", "no revision"},
		{"title", func(x *terms.Terms) { x.Title = "" }, "title", "error", "title"},
		{"zone", func(x *terms.Terms) { x.TimeZone = terms.Setting{} }, "time_zone", "error", "time zone"},
		{"foreign clause", func(x *terms.Terms) { x.Clauses[1].ID = "other/2" }, "clauses[1].id", "error", "does not begin"},
		{"clause twice", func(x *terms.Terms) { x.Clauses[2].ID = "acme/2" }, "clauses[2].id", "error", "twice"},
		{"clause without title", func(x *terms.Terms) { x.Clauses[0].Title = "" }, "clauses[0].id", "error", "title"},
		{"owner", func(x *terms.Terms) { x.Clauses[0].Owner = "sales" }, "clauses[0].owner", "error", "none of"},
		{"executable record", func(x *terms.Terms) { x.Clauses[1].Executable = true }, "clauses[1].executable", "error", "exactly"},
		{"half", func(x *terms.Terms) { x.Clauses[0].Half = "" }, "clauses[0].half", "error", "half"},
		{"half of record", func(x *terms.Terms) { x.Clauses[1].Half = "book" }, "clauses[1].half", "error", "half"},
		{"parent", func(x *terms.Terms) { x.Clauses[2].Parent = "acme/9" }, "clauses[2].parent", "error", "do not have"},
		{"own parent", func(x *terms.Terms) { x.Clauses[1].Parent = "acme/2(a)" }, "clauses[1].parent", "error", "under itself"},
		{"clause's reading", func(x *terms.Terms) { x.Clauses[1].Readings = []string{"nothing"} }, "clauses[1].readings[0]", "error", "do not have"},
		{"one-sided", func(x *terms.Terms) { x.Clauses[0].Readings = []string{"basis", "days"} }, "readings[3].clauses[0]", "warning", "does not list"},
		{"one-sided back", func(x *terms.Terms) { x.Clauses[1].Readings = []string{"rate"} }, "clauses[1].readings[0]", "warning", "does not name"},
		{"reading twice", func(x *terms.Terms) { x.Readings[1].Name = "basis" }, "readings[1].name", "error", "twice"},
		{"reading's name", func(x *terms.Terms) { x.Readings[2].Name = "Rate" }, "readings[2].name", "error", "no name"},
		{"unset", func(x *terms.Terms) { x.Readings[0].Default = "" }, "readings[0].name", "error", "unset"},
		{"default not an option", func(x *terms.Terms) { x.Readings[0].Default = "NEITHER" }, "readings[0].default", "error", "none of its options"},
		{"default recorded", func(x *terms.Terms) { x.Readings[0].Default = "OTHER" }, "readings[0].options[2].runs", "error", "must run"},
		{"default out of range", func(x *terms.Terms) { x.Readings[1].Default = "31" }, "readings[1].default", "error", "out of its limits"},
		{"limits crossed", func(x *terms.Terms) { x.Readings[1].Minimum = "31" }, "readings[1].maximum", "error", "at most"},
		{"limits no numbers", func(x *terms.Terms) { x.Readings[1].Minimum = "one" }, "readings[1].minimum", "error", "no numbers"},
		{"limits of a word", func(x *terms.Terms) { x.Readings[0].Minimum = "1" }, "readings[0].minimum", "error", "no number"},
		{"no options", func(x *terms.Terms) { x.Readings[0].Options = nil }, "readings[0].options", "error", "needs options"},
		{"option twice", func(x *terms.Terms) { x.Readings[0].Options[1].Option = "ACTUAL" }, "readings[0].options[1].option", "error", "twice"},
		{"option without meaning", func(x *terms.Terms) { x.Readings[0].Options[1].Meaning = "" }, "readings[0].options[1].option", "error", "meaning"},
		{"boolean option", func(x *terms.Terms) { x.Readings[3].Options[1].Option = "yes" }, "readings[3].options[1].option", "error", "true or false"},
		{"value kind", func(x *terms.Terms) { x.Readings[0].ValueKind = "" }, "readings[0].value_kind", "error", "value kind"},
		{"reason", func(x *terms.Terms) { x.Readings[0].Reason = "" }, "readings[0].name", "warning", "reason"},
		{"reading's clause", func(x *terms.Terms) { x.Readings[2].Clauses = []string{"acme/7"} }, "readings[2].clauses[0]", "error", "not in the terms"},
		{"kind twice", func(x *terms.Terms) { x.Kinds[1].Code = "HOST" }, "kinds[1].code", "error", "twice"},
		{"kind's code", func(x *terms.Terms) { x.Kinds[1].Code = "mail" }, "kinds[1].code", "error", "no code"},
		{"dangling clause", func(x *terms.Terms) { x.Interest.Clause = "acme/3" }, "interest.clause", "error", "not in the terms"},
		{"dangling in a list", func(x *terms.Terms) { x.Charging.Items[1].Clauses = []string{"acme/1", "acme/3"} }, "charging.items[1].clauses[1]", "error", "not in the terms"},
		{"dangling reading", func(x *terms.Terms) { x.Interest.Method.Reading = "nothing" }, "interest.method.reading", "error", "not in the terms"},
		{"dangling reading name", func(x *terms.Terms) { x.Charging.Items[0].TimingReading = "nothing" }, "charging.items[0].timing_reading", "error", "not in the terms"},
		{"value and reading", func(x *terms.Terms) { x.Interest.DayBasis.Value = "ACTUAL" }, "interest.day_basis", "error", "not both"},
		{"setting's value", func(x *terms.Terms) { x.Interest.BaseIncludesTax = terms.Setting{Value: "yes"} }, "interest.base_includes_tax.value", "error", "no boolean"},
		{"setting's reading", func(x *terms.Terms) { x.Deposit.AssignmentDays.Reading = "basis" }, "deposit.assignment_days.reading", "error", "kind integer"},
		{"word", func(x *terms.Terms) { x.Interest.Per = "YEAR" }, "interest.per", "error", "none of MONTH, DAY"},
		{"word in a list", func(x *terms.Terms) { x.Invoicing.Channels = []string{"EMAIL", "FAX"} }, "invoicing.channels[1]", "error", "none of"},
		{"decimal", func(x *terms.Terms) { x.Interest.Rate = "1.5%" }, "interest.rate", "error", "no decimal"},
		{"negative", func(x *terms.Terms) { x.Invoicing.DueDays = -1 }, "invoicing.due_days", "error", "negative"},
		{"unknown kind", func(x *terms.Terms) {
			x.Notice = &terms.Notice{Rules: []terms.NoticeRule{{ID: "a", Clause: "acme/1", Party: "CUSTOMER", Kinds: []string{"FAX"}}}}
		}, "notice.rules[0].kinds[0]", "error", "not in the terms"},
		{"rule without id", func(x *terms.Terms) {
			x.Notice = &terms.Notice{Rules: []terms.NoticeRule{{Clause: "acme/1", Party: "CUSTOMER"}}}
		}, "notice.rules[0].id", "error", "needs an id"},
		{"rule id twice", func(x *terms.Terms) {
			x.Notice = &terms.Notice{Rules: []terms.NoticeRule{{ID: "a", Party: "CUSTOMER"}, {ID: "a", Party: "PROVIDER"}}}
		}, "notice.rules[1].id", "error", "twice"},
		{"failure type", func(x *terms.Terms) {
			x.Duties = &terms.Duties{
				FailureTypes: []terms.FailureType{{Code: "OUTAGE", Measured: "DURATION"}},
				Rules:        []terms.Duty{{ID: "a", Clause: "acme/1", FailureTypes: []string{"OUTAGE", "ANY", "NOISE"}}},
			}
		}, "duties.rules[0].failure_types[2]", "error", "none of duties"},
		{"item of a fee", func(x *terms.Terms) { x.Restoration = &terms.Restoration{FeeItem: "RESTORATION"} }, "restoration.fee_item", "error", "none of charging"},
		{"item of a limb", func(x *terms.Terms) {
			x.Cancellation = &terms.Cancellation{Limbs: []terms.CancellationLimb{{Items: []string{"RECURRENT", "SETUP"}}}}
		}, "cancellation.limbs[0].items[1]", "error", "none of charging"},
		{"uncovered clause", func(x *terms.Terms) {
			x.Clauses[1].Owner, x.Clauses[1].Executable = "sla", true
		}, "clauses[1].id", "note", "no policy"},
		{"unread reading", func(x *terms.Terms) { x.Interest.DayBasis = terms.Setting{Value: "ACTUAL"} }, "readings[0].name", "note", "no policy reads"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := small()
			c.spoil(x)
			for _, p := range terms.Check(x) {
				if p.Path == c.path && p.Severity == c.severity && strings.Contains(p.Message, c.message) {
					return
				}
			}
			t.Errorf("not found: %s at %s with %q; found %v", c.severity, c.path, c.message, terms.Check(x))
		})
	}
}

func TestCheckFindsRulesThatNothingReaches(t *testing.T) {
	com := func(rules ...terms.CommencementRule) func(*terms.Terms) {
		return func(x *terms.Terms) { x.Commencement = &terms.Commencement{Rules: rules} }
	}
	comp := func(rules ...terms.CompensationRule) func(*terms.Terms) {
		return func(x *terms.Terms) { x.Compensation = &terms.Compensation{Rules: rules} }
	}
	host, mail, both := []string{"HOST"}, []string{"MAIL"}, []string{"HOST", "MAIL"}
	for _, c := range []struct {
		name  string
		spoil func(*terms.Terms)
		path  string // "" where everything is reached
	}{
		{"two rests", com(terms.CommencementRule{ID: "a"}, terms.CommencementRule{ID: "b"}), "commencement.rules[1]"},
		{"rest first", com(terms.CommencementRule{ID: "a"}, terms.CommencementRule{ID: "b", Kinds: host}), ""},
		{"kind again", com(terms.CommencementRule{ID: "a", Kinds: host}, terms.CommencementRule{ID: "b", Kinds: both}), "commencement.rules[1]"},
		{"kinds apart", com(terms.CommencementRule{ID: "a", Kinds: host}, terms.CommencementRule{ID: "b", Kinds: mail}), ""},
		{"phase taken", comp(terms.CompensationRule{ID: "a", Cause: "EXPIRY"}, terms.CompensationRule{ID: "b", Cause: "EXPIRY", Phase: "IN_TERM"}), "compensation.rules[1]"},
		{"phases taken one by one", comp(terms.CompensationRule{ID: "a", Cause: "EXPIRY", Phase: "IN_TERM"},
			terms.CompensationRule{ID: "b", Cause: "EXPIRY", Phase: "AFTER_TERM"}, terms.CompensationRule{ID: "c", Cause: "EXPIRY"}), "compensation.rules[2]"},
		{"one phase left", comp(terms.CompensationRule{ID: "a", Cause: "EXPIRY", Phase: "IN_TERM"}, terms.CompensationRule{ID: "b", Cause: "EXPIRY"}), ""},
		{"other cause", comp(terms.CompensationRule{ID: "a", Cause: "EXPIRY"}, terms.CompensationRule{ID: "b", Cause: "PROVIDER_NOTICE"}), ""},
		{"kind of a general rule", comp(terms.CompensationRule{ID: "a", Cause: "EXPIRY"}, terms.CompensationRule{ID: "b", Cause: "EXPIRY", Kinds: host}), "compensation.rules[1]"},
		{"general after a kind", comp(terms.CompensationRule{ID: "a", Cause: "EXPIRY", Kinds: host}, terms.CompensationRule{ID: "b", Cause: "EXPIRY"}), ""},
		{"party twice", func(x *terms.Terms) {
			x.Notice = &terms.Notice{Rules: []terms.NoticeRule{{ID: "a", Party: "CUSTOMER"}, {ID: "b", Party: "CUSTOMER"}}}
		}, "notice.rules[1]"},
		{"item twice", func(x *terms.Terms) { x.Charging.Items = append(x.Charging.Items, x.Charging.Items[0]) }, "charging.items[4]"},
		{"cause twice", func(x *terms.Terms) {
			x.Suspension = &terms.Suspension{Rules: []terms.SuspensionRule{{ID: "a", Causes: []string{"BREACH"}}, {ID: "b", Causes: []string{"AUTHORITY", "BREACH"}}}}
		}, "suspension.rules[1].causes[1]"},
		{"operation twice", func(x *terms.Terms) {
			x.Tokens = &terms.Tokens{Rules: []terms.TokenRule{{ID: "a", Kinds: host, Operations: []terms.TokenOperation{{Operation: "BACKUP"}, {Operation: "BACKUP"}}}}}
		}, "tokens.rules[0].operations[1]"},
		{"tokens for no kind", func(x *terms.Terms) { x.Tokens = &terms.Tokens{Rules: []terms.TokenRule{{ID: "a"}}} }, "tokens.rules[0].id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := small()
			c.spoil(x)
			var errs []terms.Problem
			for _, p := range terms.Check(x) {
				if p.Severity == terms.SeverityError {
					errs = append(errs, p)
				}
			}
			if c.path == "" {
				if len(errs) > 0 {
					t.Error(errs)
				}
				return
			}
			if len(errs) == 0 || errs[0].Path != c.path {
				t.Errorf("%v, want one at %s", errs, c.path)
			}
			if !terms.Failed(errs) {
				t.Error("an error must fail")
			}
		})
	}
}

func TestRuleLookups(t *testing.T) {
	c := &terms.Commencement{Rules: []terms.CommencementRule{{ID: "rest"}, {ID: "host", Kinds: []string{"HOST"}}}}
	for kind, want := range map[string]string{"HOST": "host", "MAIL": "rest"} {
		if r, ok := c.Rule(kind); !ok || r.ID != want {
			t.Errorf("%s: rule %q", kind, r.ID)
		}
	}
	var none terms.Terms
	for name, ok := range map[string]bool{
		"commencement": second(none.Commencement.Rule("HOST")),
		"charging":     second(none.Charging.Item("USAGE")),
		"cure":         second(none.Cure.Rule("BREACH", "")),
		"suspension":   second(none.Suspension.Rule("BREACH")),
		"notice":       second(none.Notice.Rule("CUSTOMER", "")),
		"compensation": second(none.Compensation.Rule("EXPIRY", "IN_TERM", "")),
		"tokens":       second(none.Tokens.Rule("HOST")),
		"measured":     second(none.Duties.Measured("OUTAGE")),
	} {
		if ok {
			t.Errorf("%s: terms without the policy have a rule", name)
		}
	}
	if none.Duties.ForKind("HOST") != nil {
		t.Error("terms without duties have one")
	}
}

// TestLadder has the steps of an agreement that counts from the due date by
// itself, with a longer one for one kind.
func TestLadder(t *testing.T) {
	c := &terms.Cure{Rules: []terms.CureRule{
		{ID: "suspend", Cause: "NON_PAYMENT", Kinds: []string{"HOST"}, Starts: "OVERDUE", Days: terms.Setting{Value: "15"}, Remedies: []string{"SUSPENSION"}},
		{ID: "breach", Cause: "BREACH"},
		{ID: "end", Cause: "NON_PAYMENT", Kinds: []string{"HOST"}, Starts: "OVERDUE", Days: terms.Setting{Value: "30"}, Remedies: []string{"TERMINATION"}},
		{ID: "line", Cause: "NON_PAYMENT", Kinds: []string{"LINE"}, Starts: "HOLD", Days: terms.Setting{Value: "60"}, Remedies: []string{"TERMINATION"}},
	}}
	ids := func(kind string) string {
		s := ""
		for _, r := range c.Ladder("NON_PAYMENT", kind) {
			s += r.ID + " "
		}
		return s
	}
	if ids("HOST") != "suspend end " || ids("LINE") != "line " || ids("") != "suspend end line " || ids("MAIL") != "" {
		t.Error(ids("HOST"), ids("LINE"), ids(""), ids("MAIL"))
	}
	if (*terms.Cure)(nil).Ladder("BREACH", "") != nil {
		t.Error("terms without grounds have one")
	}
}

func second[T any](_ T, ok bool) bool { return ok }

// TestEveryFieldIsOfAKnownType keeps the policies within what the loader, the
// wire and the checks can read.
func TestEveryFieldIsOfAKnownType(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(s reflect.Type) {
		if seen[s] {
			return
		}
		seen[s] = true
		for i := range s.NumField() {
			f := s.Field(i)
			ft := f.Type
			if ft.Kind() == reflect.Slice || ft.Kind() == reflect.Pointer {
				ft = ft.Elem()
			}
			switch ft.Kind() {
			case reflect.String, reflect.Bool, reflect.Int32:
			case reflect.Struct:
				visit(ft)
			default:
				t.Errorf("%s.%s is of type %s", s.Name(), f.Name, f.Type)
			}
			if terms.Key(f) == "" || !strings.Contains(f.Tag.Get("json"), ",omit") {
				t.Errorf("%s.%s needs a json name and must be left out when it is empty", s.Name(), f.Name)
			}
			if f.Tag.Get("is") != "" && f.Type != reflect.TypeOf(terms.Setting{}) {
				t.Errorf("%s.%s: the tag is belongs to a Setting", s.Name(), f.Name)
			}
		}
	}
	visit(reflect.TypeOf(terms.Terms{}))
	if len(seen) < 40 {
		t.Errorf("only %d structs were visited", len(seen))
	}
}
