//! Reads what Clarify measured: the file `analysis.json` of its jobs.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html>

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::resources::Properties;

/// The most facet values that are kept of one file.
const FACETS: usize = 8;
/// The most metrics that are kept of a facet value.
const METRICS: usize = 12;
/// The most labels whose features are kept.
const LABELS: usize = 4;
/// The features that are kept of a label.
const TOP: usize = 5;
/// The metrics and features that a phrase names.
const NAMED: usize = 3;

/// The measurements of one job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Analysis {
    /// The bias metrics of each value of a facet, those of the data first.
    pub bias: Vec<Bias>,
    /// The features that weigh most, by label.
    pub weights: Vec<Weights>,
    /// Whether the file has more facet values or labels than are kept.
    pub more: bool,
}

/// The bias metrics of one value of a facet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Bias {
    /// Whether it is that of the predictions, after training, and not of the data, before it.
    pub predictions: bool,
    /// The facet, such as `Gender`.
    pub facet: String,
    /// The value or the threshold of the facet.
    pub value: String,
    /// The metrics, such as `DPPL`; a value is absent if it could not be computed.
    pub metrics: Vec<(String, Option<f64>)>,
    /// The number of metrics that are not kept.
    pub left: usize,
}

/// The global weights of the features for one label.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Weights {
    /// The label.
    pub label: String,
    /// The features and their mean absolute SHAP values, greatest first.
    pub features: Vec<(String, f64)>,
    /// The number of features that are not kept.
    pub left: usize,
}

impl Analysis {
    /// Takes the measurements out of the file. What has another form than AWS documents is left out.
    #[must_use]
    pub fn parse(json: &Value) -> Self {
        let data = facets(json, "pre_training_bias_metrics", false);
        let mut bias: Vec<Bias> = data.chain(facets(json, "post_training_bias_metrics", true)).collect();
        let methods = object(json.get("explanations")).map(|(_, method)| method);
        let mut weights: Vec<Weights> =
            methods.flat_map(|method| object(Some(method)).filter_map(weights_of)).collect();
        let more = bias.len() > FACETS || weights.len() > LABELS;
        bias.truncate(FACETS);
        weights.truncate(LABELS);
        Self { bias, weights, more }
    }
    /// Returns whether it has no measurement of a form that is known here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bias.is_empty() && self.weights.is_empty()
    }
    /// Describes it in a few words: `bias of predictions for Gender 0: DPPL 0.113, DI 0.840; top features age 0.310`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let bias = self.bias.iter().map(|bias| format!("{} {}: {}", bias.subject(), bias.of(), bias.told(NAMED)));
        let weights = self.weights.iter().map(|weights| format!("top features {}", weights.told(NAMED)));
        let all: Vec<String> = bias.chain(weights).collect();
        if all.is_empty() { "no bias metrics and no weights of features".to_owned() } else { all.join("; ") }
    }
    pub(super) fn properties(&self, all: &mut Properties) {
        for bias in &self.bias {
            all.text(bias.subject(), &*format!("{}: {}", bias.of(), bias.told(METRICS)));
        }
        for weights in &self.weights {
            all.text("top features", &*format!("{}  ({})", weights.told(TOP), weights.label));
        }
        all.text("", self.more.then_some("and more in the report"));
    }
}

impl Bias {
    fn subject(&self) -> &'static str {
        if self.predictions { "bias of predictions" } else { "bias of data" }
    }
    fn of(&self) -> String {
        format!("{} {}", self.facet, self.value)
    }
    fn told(&self, most: usize) -> String {
        let told = self.metrics.iter().take(most).map(|(name, value)| match value {
            Some(value) => format!("{name} {value:.3}"),
            None => format!("{name} not computed"),
        });
        listed(&told.collect::<Vec<_>>(), self.metrics.len() + self.left)
    }
}

impl Weights {
    fn told(&self, most: usize) -> String {
        let told = self.features.iter().take(most).map(|(name, value)| format!("{name} {value:.3}"));
        listed(&told.collect::<Vec<_>>(), self.features.len() + self.left)
    }
}

/// Joins what is told of `total` things.
fn listed(told: &[String], total: usize) -> String {
    let left = total.saturating_sub(told.len());
    let more = if left > 0 { format!(", and {left} more") } else { String::new() };
    format!("{}{more}", told.join(", "))
}

/// Returns the members of an object; none if it is none.
fn object(json: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    json.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// Returns the bias metrics of a section: for each facet, those of each of its values.
fn facets<'a>(json: &'a Value, section: &str, predictions: bool) -> impl Iterator<Item = Bias> + 'a {
    let facets = object(json.get(section).and_then(|section| section.get("facets")));
    facets.flat_map(move |(facet, values)| {
        let values = values.as_array().into_iter().flatten();
        values.map(move |value| Bias { predictions, facet: facet.clone(), ..bias_of(value) })
    })
}

fn bias_of(json: &Value) -> Bias {
    let value = match json.get("value_or_threshold") {
        Some(Value::String(text)) => text.clone(),
        Some(number @ Value::Number(_)) => number.to_string(),
        _ => String::new(),
    };
    let all = json.get("metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let named = all.iter().filter_map(|m| Some((m.get("name")?.as_str()?.to_owned(), m.get("value")?.as_f64())));
    let metrics: Vec<_> = named.take(METRICS).collect();
    Bias { value, left: all.len().saturating_sub(metrics.len()), metrics, ..Bias::default() }
}

/// Returns the weights for a label, if the method has them. Partial dependence has none.
fn weights_of((label, json): (&String, &Value)) -> Option<Weights> {
    let values = json.get("global_shap_values")?.as_object()?;
    let numbers = values.iter().filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)));
    let mut features: Vec<(String, f64)> = numbers.collect();
    features.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
    let left = features.len().saturating_sub(TOP);
    features.truncate(TOP);
    (!features.is_empty()).then(|| Weights { label: label.clone(), features, left })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_file_says_how_biased_the_data_and_the_model_are_and_which_features_weigh_most() {
        let metric = |name: &str, value: Value| json!({"name": name, "description": "x", "value": value});
        let facet =
            |metrics: Vec<Value>| json!({"facets": {"Gender": [{"value_or_threshold": "0", "metrics": metrics}]}});
        let shap = |values: Value| json!({"kernel_shap": {"label0": {"global_shap_values": values}}});
        let cases = [
            (
                json!({"pre_training_bias_metrics": facet(vec![metric("CI", json!(0.2)), metric("KL", Value::Null)])}),
                "bias of data Gender 0: CI 0.200, KL not computed",
            ),
            (
                json!({"post_training_bias_metrics": facet(vec![metric("DPPL", json!(0.1134))])}),
                "bias of predictions Gender 0: DPPL 0.113",
            ),
            (
                json!({"explanations": shap(json!({"a": 0.1, "b": -0.4, "c": 0.2, "d": 0.01}))}),
                "top features b -0.400, c 0.200, a 0.100, and 1 more",
            ),
            (json!({"explanations": {"pdp": [1], "kernel_shap": {"label0": {}}}}), NOTHING),
            (json!({"pre_training_bias_metrics": {"facets": [1, 2]}}), NOTHING),
            (json!({"pre_training_bias_metrics": {"facets": {"Age": [7]}}}), "bias of data Age : "),
            (json!([]), NOTHING),
        ];
        for (json, told) in cases {
            assert_eq!(Analysis::parse(&json).in_words(), told, "{json}");
        }
    }

    const NOTHING: &str = "no bias metrics and no weights of features";

    #[test]
    fn a_large_file_is_cut_and_says_so() {
        let metrics = vec![json!({"name": "CI", "value": 0.5}); 40];
        let values = vec![json!({"value_or_threshold": 1, "metrics": metrics}); 30];
        let names = (0..90).map(|n| (format!("f{n:02}"), json!(1.0 / f64::from(n + 1)))).collect::<Map<_, _>>();
        let labels = (0..9).map(|n| (format!("label{n}"), json!({"global_shap_values": names}))).collect::<Map<_, _>>();
        let json =
            json!({"pre_training_bias_metrics": {"facets": {"Age": values}}, "explanations": {"kernel_shap": labels}});
        let analysis = Analysis::parse(&json);
        assert_eq!((analysis.bias.len(), analysis.weights.len(), analysis.more), (FACETS, LABELS, true));
        assert!(analysis.bias[0].told(METRICS).ends_with(", and 28 more"));
        assert!(analysis.weights[0].told(TOP).ends_with(", and 85 more"));
    }
}
