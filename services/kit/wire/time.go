package wire

import (
	"time"

	datepb "google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/types/known/timestamppb"

	"cloudpact.dev/services/figures/date"
	"cloudpact.dev/services/kit/clock"
)

// ToDate is a day on the wire; nil for the unset day.
func ToDate(d date.Date) *datepb.Date {
	if d.IsZero() {
		return nil
	}
	return &datepb.Date{Year: int32(d.Year), Month: int32(d.Month), Day: int32(d.Day)}
}

// FromDate reads an optional day in the field of that path; nil is the unset
// day. Years and months without a day, and days that no calendar has, are
// refused with FIELD_INVALID.
func FromDate(d *datepb.Date, path string) (date.Date, error) {
	if d == nil {
		return date.Date{}, nil
	}
	out, err := date.Check(int(d.GetYear()), time.Month(d.GetMonth()), int(d.GetDay()))
	if err != nil {
		return date.Date{}, invalid(path, "the date is not a whole day of the calendar; give year, month and day")
	}
	return out, nil
}

// NeedDate reads a day that must be there.
func NeedDate(d *datepb.Date, path string) (date.Date, error) {
	if d == nil {
		return date.Date{}, invalid(path, "the date is missing")
	}
	return FromDate(d, path)
}

// ToTime is an instant on the wire; nil for the zero instant.
func ToTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// FromTime reads an optional instant in the field of that path, in UTC and whole
// microseconds, as the databases keep it; nil is the zero instant. What lies
// outside the years 1 to 9999 is refused with FIELD_INVALID.
func FromTime(t *timestamppb.Timestamp, path string) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	if t.CheckValid() != nil {
		return time.Time{}, invalid(path, "the instant is not one of the years 1 to 9999")
	}
	return clock.Truncate(t.AsTime()), nil
}

// NeedTime reads an instant that must be there.
func NeedTime(t *timestamppb.Timestamp, path string) (time.Time, error) {
	if t == nil {
		return time.Time{}, invalid(path, "the instant is missing")
	}
	return FromTime(t, path)
}
