package explain

import (
	"fmt"
	"math"
	"time"

	"cloudpact.dev/services/figures/calendar"
	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/figures/ratio"
)

// maxShift bounds date arithmetic; the date package panics outside its years.
const maxShift = 1_000_000

func daysBetween(_ env, in []value) (value, error) { return countOf(in[1].day.Sub(in[0].day)), nil }

func monthRule(v value) (date.MonthRule, error) {
	r := date.MonthRule(v.text)
	if r == "" || !r.Valid() {
		return "", fmt.Errorf("unknown month rule %q", v.text)
	}
	return r, nil
}

func monthsBetween(_ env, in []value) (value, error) {
	r, err := monthRule(in[3])
	anchor, from, to := in[0].day, in[1].day, in[2].day
	if err == nil && (from.Before(anchor) || to.Before(anchor)) {
		err = fmt.Errorf("months before the anchor %s", anchor)
	}
	if err != nil {
		return value{}, err
	}
	return numberOf(date.MonthsBetween(anchor, from, to, r)), nil
}

func addDays(_ env, in []value) (value, error) {
	n, err := whole(in[1], maxShift)
	if err != nil {
		return value{}, err
	}
	return dayOf(in[0].day.AddDays(n)), nil
}

func addMonths(_ env, in []value) (value, error) {
	r, err := monthRule(in[2])
	if err != nil {
		return value{}, err
	}
	n, err := whole(in[1], maxShift)
	if err != nil {
		return value{}, err
	}
	return dayOf(in[0].day.AddMonths(n, r)), nil
}

func find(e env, id, version value) (calendar.Calendar, error) {
	c, ok := e.calendar(id.text, version.text)
	if !ok {
		return c, fmt.Errorf("no calendar %q in version %q", id.text, version.text)
	}
	return c, nil
}

func addWorkingDays(e env, in []value) (value, error) {
	n, err := whole(in[1], 10_000)
	if err != nil {
		return value{}, err
	}
	c, err := find(e, in[2], in[3])
	if err != nil {
		return value{}, err
	}
	return workingDay(c.AddWorkingDays(in[0].day, n)), nil
}

func nextWorkingDay(e env, in []value) (value, error) {
	c, err := find(e, in[1], in[2])
	if err != nil {
		return value{}, err
	}
	return workingDay(c.NextWorkingDay(in[0].day)), nil
}

func workingDay(r calendar.Result) value {
	if r.Pending {
		return pendingFrom(r.NotBefore)
	}
	return dayOf(r.Date)
}

func workingDays(e env, in []value) (value, error) {
	c, err := find(e, in[2], in[3])
	if err != nil {
		return value{}, err
	}
	n, published := c.WorkingDays(date.Span{From: in[0].day, To: in[1].day})
	if !published {
		return value{}, fmt.Errorf("calendar %s %s does not cover %s to %s", c.ID, c.Version, in[0].day, in[1].day)
	}
	return countOf(n), nil
}

var nanos = ratio.Int(int64(time.Second))

func secondsBetween(_ env, in []value) (value, error) {
	d := in[1].at.Sub(in[0].at)
	if d == math.MaxInt64 || d == math.MinInt64 {
		return value{}, fmt.Errorf("the instants are too far apart")
	}
	return numberOf(ratio.Int(int64(d)).Div(nanos)), nil
}

func addSeconds(_ env, in []value) (value, error) {
	n, ok := in[1].num.Mul(nanos).Int64()
	if !ok {
		return value{}, fmt.Errorf("%s seconds are not whole nanoseconds or too many", in[1].num)
	}
	return instantOf(in[0].at.Add(time.Duration(n))), nil
}

func startOfDay(e env, in []value) (value, error) {
	loc, err := e.zone(in[1].text)
	if err != nil {
		return value{}, err
	}
	return instantOf(in[0].day.Start(loc)), nil
}

func dateOf(e env, in []value) (value, error) {
	loc, err := e.zone(in[1].text)
	if err != nil {
		return value{}, err
	}
	return dayOf(date.Of(in[0].at, loc)), nil
}
