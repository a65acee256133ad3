package transport

import (
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/figures/explain"
)

// Explanation is a derivation on the wire; nil for an empty one.
func Explanation(e explain.Explanation) *typev1.Explanation {
	if len(e.Steps) == 0 {
		return nil
	}
	out := &typev1.Explanation{Result: e.Result}
	for _, s := range e.Steps {
		out.Steps = append(out.Steps, stepPB(s))
	}
	return out
}

func stepPB(s explain.Step) *typev1.Step {
	out := &typev1.Step{Id: s.ID, Operation: string(s.Op), Value: s.Result, Unit: s.Unit, Note: s.Note, Citations: Citations(s.Citations)}
	for _, o := range s.Operands {
		switch {
		case o.Step != "":
			out.Operands = append(out.Operands, &typev1.Operand{Kind: &typev1.Operand_Step{Step: o.Step}})
		case o.Fact != nil:
			out.Operands = append(out.Operands, &typev1.Operand{Kind: &typev1.Operand_Fact{
				Fact: &typev1.Fact{Name: o.Fact.Name, Value: o.Fact.Value},
			}})
		default:
			out.Operands = append(out.Operands, &typev1.Operand{Kind: &typev1.Operand_Literal{Literal: o.Literal}})
		}
	}
	if s.Rounding != nil {
		out.Rounding = &typev1.RoundingRule{Mode: string(s.Rounding.Mode), Places: int32(s.Rounding.Places)}
	}
	return out
}

// Citations are citations on the wire.
func Citations(cs []explain.Citation) []*typev1.Citation {
	var out []*typev1.Citation
	for _, c := range cs {
		pb := &typev1.Citation{Terms: c.Terms, Revision: c.Revision, Clause: c.Clause}
		for _, r := range c.Readings {
			pb.Readings = append(pb.Readings, &typev1.ReadingUse{Reading: r.Name, Option: r.Option})
		}
		out = append(out, pb)
	}
	return out
}
