package intents

// thoroughFrom is the number of training lines from which nets beside the
// linear model pay for their seconds.
const thoroughFrom = 9_000

// scatteredShare is the share of training lines up to which those labelled
// other are too few to be a class of their own.
const scatteredShare = 0.02

// calibrationFolds is how many parts a small training set is split into to
// find out what confidence is worth.
const calibrationFolds = 5

// OptionsFor chooses how to train on data other than the shipped utterances:
// thoroughly if there are many lines; calibrated by cross-validation if there
// are few, where that costs little and the calibration of the shipped model
// means nothing. tune, which may be empty, is what Tune will be given: it
// finds the bar for the unknown, so a few scattered lines labelled other need
// not be learned as if they were of one kind.
func OptionsFor(train, tune Corpus) Options {
	o := DefaultOptions()
	if len(train) >= thoroughFrom {
		o = ThoroughOptions()
	} else {
		o.Folds = calibrationFolds
	}
	scattered := float64(train.count(otherIntent)) <= scatteredShare*float64(len(train))
	o.IgnoreOther = scattered && tune.count(otherIntent) > 0
	return o
}

// count is the number of lines labelled so.
func (c Corpus) count(intent string) int {
	n := 0
	for _, u := range c {
		if u.Intent == intent {
			n++
		}
	}
	return n
}
