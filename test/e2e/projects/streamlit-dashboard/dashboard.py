from pathlib import Path

import pandas as pd
import streamlit as st


@st.cache_data
def sales() -> pd.DataFrame:
    return pd.read_csv(Path(__file__).parent / "data" / "sales.csv")


st.title("Sales")
region = st.selectbox("Region", sorted(sales()["region"].unique()))
st.line_chart(sales().query("region == @region"), x="month", y="amount")
