// Package date is the calendar date without a clock time, and the counting of
// days and months of cpc/2(d)(i).
package date

import (
	"fmt"
	"time"

	"cloudpact.dev/services/figures"
)

// Date is a day of the Gregorian calendar in the years 1 to 9999. Compare with
// == or Compare. The zero value means "unset" and is the empty text.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

const (
	minYear = 1
	maxYear = 9999
)

// New is the given day. It panics when there is no such day: foreign input goes
// through Check or Parse.
func New(y int, m time.Month, d int) Date {
	x, err := Check(y, m, d)
	if err != nil {
		panic(err)
	}
	return x
}

// Check is New for input that may name no day.
func Check(y int, m time.Month, d int) (Date, error) {
	x := Date{y, m, d}
	if !x.Valid() {
		return Date{}, figures.Refuse("BAD_DATE", fmt.Sprintf("%d-%d-%d", y, int(m), d), "name a day that exists, years 1 to 9999")
	}
	return x, nil
}

// Parse reads "2006-01-02". The empty text is refused; UnmarshalText takes it as unset.
func Parse(s string) (Date, error) {
	var n [3]int
	ok := len(s) == 10 && s[4] == '-' && s[7] == '-'
	for i, part := range [3][2]int{{0, 4}, {5, 7}, {8, 10}} {
		for j := part[0]; ok && j < part[1]; j++ {
			ok = s[j] >= '0' && s[j] <= '9'
			n[i] = n[i]*10 + int(s[j]-'0')
		}
	}
	x := Date{n[0], time.Month(n[1]), n[2]}
	if !ok || !x.Valid() {
		return Date{}, figures.Refuse("BAD_DATE", s, `write a day that exists as "2006-01-02"`)
	}
	return x, nil
}

// MustParse is Parse for constants; it panics on a bad text.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Of is the day on which t falls in loc.
func Of(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return New(y, m, d)
}

// Valid tells whether d names a day; the zero value does not.
func (d Date) Valid() bool {
	return d.Year >= minYear && d.Year <= maxYear && d.Month >= 1 && d.Month <= 12 &&
		d.Day >= 1 && d.Day <= DaysIn(d.Year, d.Month)
}

// IsZero tells whether d is unset.
func (d Date) IsZero() bool { return d == Date{} }

// DaysIn is the number of days of a month.
func DaysIn(y int, m time.Month) int {
	switch m {
	case time.February:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

// number counts days; 1970-01-01 is 0. The year is taken to begin in March, so
// that the leap day is its last.
func (d Date) number() int {
	if !d.Valid() {
		panic("date: arithmetic on an unset or impossible date " + fmt.Sprint(d.Year, int(d.Month), d.Day))
	}
	y, m := d.Year, int(d.Month)
	if m <= 2 {
		y--
	}
	era := (y + 400) / 400 // y >= 0, shifted so that it stays positive
	yoe := y + 400 - era*400
	doy := (153*((m+9)%12)+2)/5 + d.Day - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468 - 146097
}

func fromNumber(n int) Date {
	z := n + 719468
	era := z / 146097
	if z < 0 {
		panic("date: before year 1")
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := Date{yoe + era*400, time.Month(mp + 3), doy - (153*mp+2)/5 + 1}
	if mp >= 10 {
		d.Year, d.Month = d.Year+1, d.Month-12
	}
	if !d.Valid() {
		panic("date: outside the years 1 to 9999")
	}
	return d
}

// AddDays is the day n days later (earlier when n is negative). Leaving the
// years 1 to 9999 panics.
func (d Date) AddDays(n int) Date {
	if n > 4_000_000 || n < -4_000_000 {
		panic("date: outside the years 1 to 9999")
	}
	return fromNumber(d.number() + n)
}

// Sub is the number of days from e to d.
func (d Date) Sub(e Date) int { return d.number() - e.number() }

// Compare is -1, 0 or +1; an unset date is before every other.
func (d Date) Compare(e Date) int {
	switch {
	case d == e:
		return 0
	case d.Year != e.Year:
		return sign(d.Year - e.Year)
	case d.Month != e.Month:
		return sign(int(d.Month) - int(e.Month))
	}
	return sign(d.Day - e.Day)
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// Before tells whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After tells whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Weekday(((d.number()+4)%7 + 7) % 7)
}

// Start is the first instant of the day in loc, in UTC. Where a clock change
// skips midnight, it is the instant of that change.
func (d Date) Start(loc *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
	if Of(t, loc) != d {
		if _, change := t.ZoneBounds(); !change.IsZero() {
			t = change
		}
	}
	return t.UTC()
}

// Max is the later of a and b.
func Max(a, b Date) Date {
	if a.Before(b) {
		return b
	}
	return a
}

// Min is the earlier of a and b.
func Min(a, b Date) Date {
	if b.Before(a) {
		return b
	}
	return a
}

// String is "2006-01-02", or "" when unset.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText is String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is Parse, but takes the empty text as unset.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	x, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = x
	return nil
}
